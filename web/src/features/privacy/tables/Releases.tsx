import Chip from '@mui/material/Chip';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { usePrivacyListTableReleasesQuery } from '../../../api/generatedPrivacy';
import { QueryState } from '../../../shared/components/QueryState';
import { RowLink, RowList } from '../../../shared/components/RowLink';
import { Section } from '../../../shared/components/Section';
import { formatDateTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';

const MOST = 20;

/** Releases so far: their reports stay, their files until they expire. */
export function Releases() {
  const { t } = useTranslation();
  const { link } = useAddress();
  const query = usePrivacyListTableReleasesQuery(
    { limit: MOST },
    { refetchOnMountOrArgChange: true },
  );
  return (
    <Section title={t('tables.releases.title')} text={t('tables.releases.text')}>
      <QueryState
        query={query}
        skeleton={<Skeleton variant="rounded" height="4rem" />}
        isEmpty={(page) => page.items.length === 0}
        empty={
          <Typography variant="body2" sx={{ color: 'text.secondary' }}>
            {t('tables.releases.none')}
          </Typography>
        }
      >
        {(page) => (
          <RowList label={t('tables.releases.title')}>
            {page.items.map((one) => (
              <RowLink key={one.id} to={link({ release: one.id })} current={false}>
                <Typography variant="body2" component="span" sx={{ fontFamily: 'monospace' }}>
                  {one.id}
                  <Chip
                    component="span"
                    size="small"
                    variant="outlined"
                    label={t(
                      one.available
                        ? 'tables.releases.ready'
                        : one.files
                          ? 'tables.releases.gone'
                          : 'tables.releases.making',
                    )}
                    sx={{ ml: 1 }}
                  />
                </Typography>
                <Typography variant="caption" component="span" sx={{ color: 'text.secondary' }}>
                  {formatDateTime(one.created_at)}
                </Typography>
              </RowLink>
            ))}
          </RowList>
        )}
      </QueryState>
    </Section>
  );
}
