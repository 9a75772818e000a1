import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { pageOf } from '../pages';
import { Brand } from './Brand';
import { ParkedBadge } from './ParkedBadge';
import { RailLink } from './RailLink';
import { usePages } from './usePages';

const LIST = { listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.5 } as const;

/** The pages, with icons and labels; the present one is marked, and its area lies open. */
export function Rail({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const pages = usePages();
  const present = pageOf(pathname);
  const area = present?.parent ?? present?.id;
  return (
    <Box
      component="nav"
      aria-label={t('nav.label')}
      sx={{ display: 'flex', flexDirection: 'column', height: '100%' }}
    >
      <Brand />
      <Box sx={{ flex: 1, px: 1.5, py: 1, overflowY: 'auto' }}>
        <Box component="ul" sx={LIST}>
          {pages
            .filter(({ parent }) => !parent)
            .map((page) => {
              const under = page.id === area ? pages.filter(({ parent }) => parent === area) : [];
              return (
                <li key={page.id}>
                  <RailLink page={page} current={page === present} onNavigate={onNavigate}>
                    {page.id === 'events' && <ParkedBadge />}
                  </RailLink>
                  {under.length > 0 && (
                    <Box
                      component="ul"
                      aria-label={t(`nav.${page.id}`)}
                      sx={{ ...LIST, gap: 0.25, mt: 0.25 }}
                    >
                      {under.map((each) => (
                        <li key={each.id}>
                          <RailLink
                            page={each}
                            current={each === present}
                            onNavigate={onNavigate}
                          />
                        </li>
                      ))}
                    </Box>
                  )}
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
