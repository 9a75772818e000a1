import { conversations } from './en.conversations';
import { events } from './en.events';
import { keys } from './en.keys';
import { overview } from './en.overview';
import { privacy } from './en.privacy';
import { session } from './en.session';
import { shell } from './en.shell';

/** Every word that the console shows, in English. */
export const en = { ...shell, session, overview, conversations, privacy, keys, events } as const;
