import Link from '@mui/material/Link';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTranslation } from 'react-i18next';
import { Link as RouterLink, useSearchParams } from 'react-router';
import { formatCount, formatShare } from '../../shared/format';
import { withRange } from '../../shared/range';
import type { Reason } from './findings';

export function ReasonTable({ reasons }: { reasons: Reason[] }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const label = t('overview.reasons.none');
  const share = (value: number | null | undefined) =>
    value === null || value === undefined ? t('overview.table.undefined') : formatShare(value);
  return (
    <TableContainer tabIndex={0} role="region" aria-label={label}>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{t('overview.reasons.reason')}</TableCell>
            <TableCell align="right">{t('overview.reasons.count')}</TableCell>
            <TableCell align="right">{t('overview.reasons.shareHead')}</TableCell>
            <TableCell align="right">{t('overview.reasons.interval')}</TableCell>
            <TableCell align="right">{t('overview.reasons.negativeHead')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {reasons.map((reason) => (
            <TableRow key={reason.reason}>
              <TableCell component="th" scope="row">
                <Link
                  component={RouterLink}
                  to={withRange('/conversations', params, { reason: reason.reason })}
                >
                  {reason.title}
                </Link>
              </TableCell>
              <TableCell align="right">{formatCount(reason.conversations)}</TableCell>
              <TableCell align="right">{formatShare(reason.share)}</TableCell>
              <TableCell align="right" sx={{ whiteSpace: 'nowrap' }}>
                {reason.interval
                  ? `${share(reason.interval[0])} – ${share(reason.interval[1])}`
                  : share(null)}
              </TableCell>
              <TableCell align="right">{share(reason.negative_share)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
