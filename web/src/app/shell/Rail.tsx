import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation, useSearchParams } from 'react-router';
import { withRange } from '../../shared/range';
import { pageOf } from '../pages';
import { Brand } from './Brand';
import { ParkedBadge } from './ParkedBadge';
import { usePages } from './usePages';

/** The pages, with icons and labels; the present one is marked for sight and for screen readers. */
export function Rail({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [params] = useSearchParams();
  const pages = usePages();
  const present = pageOf(pathname);
  return (
    <Box
      component="nav"
      aria-label={t('nav.label')}
      sx={{ display: 'flex', flexDirection: 'column', height: '100%' }}
    >
      <Brand />
      <Box sx={{ flex: 1, px: 1.5, py: 1 }}>
        <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.5 }}>
          {pages.map((page) => {
            const Icon = page.icon;
            const current = page === present;
            return (
              <li key={page.id}>
                <ButtonBase
                  component={NavLink}
                  to={page.ranged ? withRange(page.path, params) : page.path}
                  onClick={onNavigate}
                  aria-current={current ? 'page' : undefined}
                  sx={{
                    width: '100%',
                    justifyContent: 'flex-start',
                    gap: 1.5,
                    px: 1.5,
                    py: 1,
                    borderRadius: 1,
                    color: current ? 'primary.main' : 'text.secondary',
                    bgcolor: current ? 'marks.entity' : 'transparent',
                    '&:hover': { bgcolor: current ? 'marks.entity' : 'action.hover' },
                  }}
                >
                  <Icon fontSize="small" />
                  <Typography
                    component="span"
                    variant="body2"
                    sx={{
                      fontWeight: current ? 620 : 520,
                      color: current ? 'inherit' : 'text.primary',
                    }}
                  >
                    {t(`nav.${page.id}`)}
                  </Typography>
                  {page.id === 'events' && <ParkedBadge />}
                </ButtonBase>
              </li>
            );
          })}
        </Box>
      </Box>
      <Typography variant="caption" sx={{ px: 3, py: 2, color: 'text.secondary' }}>
        {t('app.version', { version: __VERSION__ })}
      </Typography>
    </Box>
  );
}
