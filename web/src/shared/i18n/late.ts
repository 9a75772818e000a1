import i18next from 'i18next';

/** Words of pages that few open: they load with their page, not with the console. */
export interface LateWords {
  keys: typeof import('./en.keys').keys;
  privacy: typeof import('./en.privacy').privacy;
  traffic: typeof import('./en.traffic').traffic;
  policies: typeof import('./en.policies').policies;
  requests: typeof import('./en.requests').requests;
  retention: typeof import('./en.retention').retention;
  tables: typeof import('./en.tables').tables;
  vault: typeof import('./en.vault').vault;
  leaks: typeof import('./en.leaks').leaks;
}

/** Adds a page's words; called where the page's code is loaded, before it is drawn. */
export function addWords(words: Partial<LateWords>): void {
  i18next.addResourceBundle('en', 'translation', words, true);
}
