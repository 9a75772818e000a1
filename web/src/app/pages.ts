import ForumOutlined from '@mui/icons-material/ForumOutlined';
import InsightsOutlined from '@mui/icons-material/InsightsOutlined';
import KeyOutlined from '@mui/icons-material/KeyOutlined';
import ReportOutlined from '@mui/icons-material/ReportOutlined';
import ShieldOutlined from '@mui/icons-material/ShieldOutlined';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { ComponentType } from 'react';

export interface Page {
  id: 'overview' | 'conversations' | 'privacy' | 'keys' | 'events';
  path: string;
  /** The letter after `g`. */
  key: string;
  icon: ComponentType<SvgIconProps>;
  /** Whether the page keeps the time range. */
  ranged: boolean;
  /** Who lacks it does not see the page named. */
  scope?: string;
}

/** The pages of the left rail. */
export const PAGES: readonly Page[] = [
  { id: 'overview', path: '/', key: 'o', icon: InsightsOutlined, ranged: true },
  { id: 'conversations', path: '/conversations', key: 'c', icon: ForumOutlined, ranged: true },
  { id: 'privacy', path: '/privacy', key: 'p', icon: ShieldOutlined, ranged: false },
  { id: 'keys', path: '/keys', key: 'k', icon: KeyOutlined, ranged: false },
  {
    id: 'events',
    path: '/events',
    key: 'e',
    icon: ReportOutlined,
    ranged: false,
    scope: 'events:read',
  },
];

/** The page an address belongs to. */
export function pageOf(pathname: string): Page | undefined {
  return PAGES.find((page) =>
    page.path === '/'
      ? pathname === '/'
      : pathname === page.path || pathname.startsWith(`${page.path}/`),
  );
}
