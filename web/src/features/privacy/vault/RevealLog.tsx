import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { usePrivacyListRevealsQuery } from '../../../api/generatedPrivacy';
import { EntityCounts } from '../../../shared/components/EntityCounts';
import { Pager } from '../../../shared/components/Pager';
import { QueryState } from '../../../shared/components/QueryState';
import { SafeText } from '../../../shared/components/SafeText';
import { Section } from '../../../shared/components/Section';
import { formatDateTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';
import { CODES } from './codes';

const PAGE = 25;

/** Who looked at which kinds of values, when and why; never the values. */
export function RevealLog() {
  const { t } = useTranslation();
  const { get } = useAddress();
  const query = usePrivacyListRevealsQuery(
    { cursor: get('cursor'), limit: PAGE },
    { refetchOnMountOrArgChange: true },
  );
  const label = t('vault.log.title');
  const codeName = (reason: string) => {
    const known = CODES.find((each) => each === reason);
    return known ? t(`vault.code.${known}`) : reason;
  };
  return (
    <Section title={label} text={t('vault.log.text')}>
      <QueryState
        query={query}
        skeleton={<Skeleton variant="rounded" height="12rem" />}
        isEmpty={(page) => page.items.length === 0}
        empty={
          <Typography variant="body2" sx={{ color: 'text.secondary' }}>
            {t('vault.log.none')}
          </Typography>
        }
      >
        {(page) => (
          <>
            <TableContainer tabIndex={0} role="region" aria-label={label}>
              <Table size="small" aria-label={label}>
                <TableHead>
                  <TableRow>
                    <TableCell>{t('vault.log.when')}</TableCell>
                    <TableCell>{t('vault.log.who')}</TableCell>
                    <TableCell>{t('vault.log.what')}</TableCell>
                    <TableCell>{t('vault.log.why')}</TableCell>
                    <TableCell>{t('vault.log.session')}</TableCell>
                  </TableRow>
                </TableHead>
                <TableBody>
                  {page.items.map((one) => (
                    <TableRow key={one.id}>
                      <TableCell component="th" scope="row" sx={{ whiteSpace: 'nowrap' }}>
                        {formatDateTime(one.at)}
                      </TableCell>
                      <TableCell>{one.actor}</TableCell>
                      <TableCell sx={{ minWidth: '10rem' }}>
                        <EntityCounts label={t('vault.log.what')} counts={one.types} />
                      </TableCell>
                      <TableCell sx={{ minWidth: '12rem' }}>
                        <Typography variant="body2" sx={{ fontWeight: 600 }}>
                          {codeName(one.reason)}
                        </Typography>
                        <Typography variant="caption">
                          <SafeText text={one.text} />
                        </Typography>
                      </TableCell>
                      <TableCell sx={{ fontFamily: 'monospace', overflowWrap: 'anywhere' }}>
                        {one.session_id}
                      </TableCell>
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
            </TableContainer>
            <Pager
              label={t('vault.log.pages')}
              shown={t('vault.log.shown', { count: page.items.length })}
              hint={t('vault.log.hint')}
              next={page.next}
            />
          </>
        )}
      </QueryState>
    </Section>
  );
}
