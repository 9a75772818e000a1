import { conversations } from './en.conversations';
import { events } from './en.events';
import { overview } from './en.overview';
import { session } from './en.session';
import { shell } from './en.shell';

/** The words that the console shows everywhere, in English; other pages bring theirs along. */
export const en = { ...shell, session, overview, conversations, events } as const;
