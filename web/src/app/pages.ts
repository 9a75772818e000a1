import ForumOutlined from '@mui/icons-material/ForumOutlined';
import InsightsOutlined from '@mui/icons-material/InsightsOutlined';
import KeyOutlined from '@mui/icons-material/KeyOutlined';
import ShieldOutlined from '@mui/icons-material/ShieldOutlined';

/** The pages of the left rail; `key` is the letter after `g`. `ranged` pages keep the time range. */
export const PAGES = [
  { id: 'overview', path: '/', key: 'o', icon: InsightsOutlined, ranged: true },
  { id: 'conversations', path: '/conversations', key: 'c', icon: ForumOutlined, ranged: true },
  { id: 'privacy', path: '/privacy', key: 'p', icon: ShieldOutlined, ranged: false },
  { id: 'keys', path: '/keys', key: 'k', icon: KeyOutlined, ranged: false },
] as const;

export type Page = (typeof PAGES)[number];

/** The page an address belongs to. */
export function pageOf(pathname: string): Page | undefined {
  return PAGES.find((page) =>
    page.path === '/'
      ? pathname === '/'
      : pathname === page.path || pathname.startsWith(`${page.path}/`),
  );
}
