import ForumOutlined from '@mui/icons-material/ForumOutlined';
import InsightsOutlined from '@mui/icons-material/InsightsOutlined';
import KeyOutlined from '@mui/icons-material/KeyOutlined';
import ReportOutlined from '@mui/icons-material/ReportOutlined';
import ShieldOutlined from '@mui/icons-material/ShieldOutlined';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { ComponentType } from 'react';

export interface Page {
  id:
    | 'overview'
    | 'conversations'
    | 'privacy'
    | 'traffic'
    | 'leaks'
    | 'policies'
    | 'vault'
    | 'requests'
    | 'retention'
    | 'tables'
    | 'keys'
    | 'events';
  path: string;
  /** The letter after `g`. */
  key: string;
  icon?: ComponentType<SvgIconProps>;
  /** Whether the page keeps the time range. */
  ranged: boolean;
  /** Who lacks all of them does not see the page named. */
  scopes?: readonly string[];
  /** The page that this one is listed under. */
  parent?: 'privacy';
}

/** A page of the privacy area: listed under it, without an icon of its own. */
const underPrivacy = (id: Page['id'], key: string, ...scopes: string[]): Page => ({
  id,
  path: `/privacy/${id}`,
  key,
  ranged: false,
  scopes,
  parent: 'privacy',
});

/** The pages of the left rail. */
export const PAGES: readonly Page[] = [
  { id: 'overview', path: '/', key: 'o', icon: InsightsOutlined, ranged: true },
  { id: 'conversations', path: '/conversations', key: 'c', icon: ForumOutlined, ranged: true },
  { id: 'privacy', path: '/privacy', key: 'p', icon: ShieldOutlined, ranged: false },
  underPrivacy('traffic', 't', 'audit:read'),
  underPrivacy('leaks', 'l', 'audit:read'),
  underPrivacy('policies', 'y', 'privacy:admin'),
  underPrivacy('vault', 'v', 'privacy:reveal', 'audit:read'),
  underPrivacy('requests', 'r', 'privacy:rights'),
  underPrivacy('retention', 'n', 'privacy:rights'),
  underPrivacy('tables', 'b', 'privacy:anonymize'),
  { id: 'keys', path: '/keys', key: 'k', icon: KeyOutlined, ranged: false },
  {
    id: 'events',
    path: '/events',
    key: 'e',
    icon: ReportOutlined,
    ranged: false,
    scopes: ['events:read'],
  },
];

/** The page an address belongs to: the one whose path says most of it. */
export function pageOf(pathname: string): Page | undefined {
  return PAGES.filter(({ path }) =>
    path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`),
  ).sort((a, b) => b.path.length - a.path.length)[0];
}
