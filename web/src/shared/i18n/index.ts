import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import type { LateWords } from './late';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en & LateWords };
  }
}

/** Plural forms follow Intl.PluralRules; React escapes, so interpolation does not. */
export async function initI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
  document.documentElement.dir = i18next.dir();
}
