import Box from '@mui/material/Box';
import Drawer from '@mui/material/Drawer';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation } from 'react-router';
import { ErrorBoundary } from '../../shared/components/ErrorBoundary';
import { PageSkeleton } from '../../shared/components/PageSkeleton';
import { Rail } from './Rail';
import { SkipLink } from './SkipLink';
import { TopBar } from './TopBar';
import { useShortcuts } from './useShortcuts';

const CommandPalette = lazy(async () => ({
  default: (await import('./CommandPalette')).CommandPalette,
}));
const HelpDialog = lazy(async () => ({ default: (await import('./HelpDialog')).HelpDialog }));

const RAIL_WIDTH = '15rem';
const MAIN_ID = 'main';

type Overlay = 'palette' | 'help' | 'rail' | undefined;

/** The frame around every page: skip link, left rail, top bar, shortcuts. */
export function Shell() {
  const { t } = useTranslation();
  const [overlay, setOverlay] = useState<Overlay>();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  const close = () => setOverlay(undefined);
  useShortcuts({ onPalette: () => setOverlay('palette'), onHelp: () => setOverlay('help') });
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <Box sx={{ display: 'flex', minHeight: '100vh' }}>
      <SkipLink target={MAIN_ID} />
      <Box
        sx={{
          display: { xs: 'none', md: 'block' },
          width: RAIL_WIDTH,
          flex: 'none',
          position: 'sticky',
          top: 0,
          height: '100vh',
          bgcolor: 'rail',
          borderRight: 1,
          borderColor: 'divider',
        }}
      >
        <Rail />
      </Box>
      <Drawer
        open={overlay === 'rail'}
        onClose={close}
        slotProps={{
          paper: { sx: { width: RAIL_WIDTH, bgcolor: 'rail' }, 'aria-label': t('nav.label') },
        }}
      >
        <Rail onNavigate={close} />
      </Drawer>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <TopBar
          onMenu={() => setOverlay('rail')}
          onPalette={() => setOverlay('palette')}
          onHelp={() => setOverlay('help')}
        />
        <Box
          component="main"
          id={MAIN_ID}
          ref={main}
          tabIndex={-1}
          sx={{
            maxWidth: '90rem',
            mx: 'auto',
            px: { xs: 2, sm: 3, lg: 4 },
            py: { xs: 2.5, sm: 3.5 },
            '&:focus-visible': { outline: 'none' },
          }}
        >
          <ErrorBoundary key={pathname}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </Box>
      </Box>
      <Suspense fallback={null}>
        {overlay === 'palette' && <CommandPalette onClose={close} />}
        {overlay === 'help' && <HelpDialog onClose={close} />}
      </Suspense>
    </Box>
  );
}
