import { useColorScheme } from '@mui/material/styles';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { withRange } from '../../shared/range';
import { usePages } from './usePages';
import { useSignOut } from './useSignOut';

export interface Command {
  id: string;
  label: string;
  kind: string;
  keys?: string[];
  run: () => void;
}

/** An id that a person may paste, such as `conv_0192…`. */
const CONVERSATION_ID = /^conv_[\w-]+$/;

/** What the palette offers for a query. */
export function useCommands(query: string): Command[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const { setMode } = useColorScheme();
  const signOut = useSignOut();
  const pages = usePages().map((page) => ({
    id: page.id,
    label: t(`nav.${page.id}`),
    kind: t('palette.page'),
    keys: ['g', page.key],
    run: () => void navigate(page.ranged ? withRange(page.path, params) : page.path),
  }));
  const schemes = (['light', 'dark', 'system'] as const).map((mode) => ({
    id: mode,
    label: t('palette.scheme', { name: t(`theme.${mode}`) }),
    kind: t('palette.action'),
    run: () => setMode(mode),
  }));
  const leave = {
    id: 'sign-out',
    label: t('account.signOut'),
    kind: t('palette.action'),
    run: () => void signOut(),
  };
  const wanted = query.trim();
  if (CONVERSATION_ID.test(wanted)) {
    const open = () => void navigate(`/conversations/${encodeURIComponent(wanted)}`);
    const label = t('palette.conversation', { id: wanted });
    return [{ id: wanted, label, kind: t('palette.action'), run: open }];
  }
  const words = wanted.toLowerCase().split(/\s+/);
  return [...pages, ...schemes, leave].filter((command) =>
    words.every((word) => command.label.toLowerCase().includes(word)),
  );
}
