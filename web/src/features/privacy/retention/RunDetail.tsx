import LinearProgress from '@mui/material/LinearProgress';
import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type RunReply, usePrivacyGetRunQuery } from '../../../api/generatedPrivacy';
import { QueryState } from '../../../shared/components/QueryState';
import { formatCount, formatDate } from '../../../shared/format';
import { useClassName } from './useClassName';

const POLL_MS = 2_000;

function Found({ run }: { run: RunReply }) {
  const { t } = useTranslation();
  const className = useClassName();
  const total = run.classes.reduce((sum, each) => sum + each.total, 0);
  const label = t('retention.run.table');
  return (
    <>
      <Typography variant="h3" role="status" sx={{ mb: 1 }}>
        {run.status === 'running'
          ? t('retention.run.counting')
          : t(run.dry_run ? 'retention.run.would' : 'retention.run.went', {
              count: total,
              n: formatCount(total),
            })}
      </Typography>
      {run.status === 'running' && (
        <LinearProgress aria-label={t('retention.run.counting')} sx={{ mb: 1 }} />
      )}
      {run.classes.length > 0 && (
        <TableContainer tabIndex={0} role="region" aria-label={label}>
          <Table size="small" aria-label={label}>
            <TableHead>
              <TableRow>
                <TableCell>{t('retention.run.class')}</TableCell>
                <TableCell align="right">{t('retention.run.total')}</TableCell>
                <TableCell>{t('retention.run.oldest')}</TableCell>
                <TableCell align="right">{t('retention.run.held')}</TableCell>
                <TableCell>{t('retention.run.months')}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {run.classes.map((each) => (
                <TableRow key={`${each.service}-${each.data_class}`}>
                  <TableCell component="th" scope="row">
                    {className(each.data_class)}
                    <Typography variant="caption" component="div" sx={{ color: 'text.secondary' }}>
                      {each.service}
                    </Typography>
                  </TableCell>
                  <TableCell align="right">{formatCount(each.total)}</TableCell>
                  <TableCell sx={{ whiteSpace: 'nowrap' }}>
                    {each.oldest ? formatDate(each.oldest) : '–'}
                  </TableCell>
                  <TableCell align="right">{formatCount(each.held)}</TableCell>
                  <TableCell>
                    {Object.entries(each.months)
                      .sort(([a], [b]) => a.localeCompare(b))
                      .map(([month, n]) => `${month} ${formatCount(n)}`)
                      .join(', ') || '–'}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      )}
    </>
  );
}

/** One run, followed until every service has counted. */
export function RunDetail({ id }: { id: string }) {
  const [open, setOpen] = useState(true);
  const query = usePrivacyGetRunQuery(
    { runId: id },
    {
      pollingInterval: open ? POLL_MS : 0,
      skipPollingIfUnfocused: true,
      refetchOnMountOrArgChange: true,
    },
  );
  const running = query.currentData ? query.currentData.status === 'running' : true;
  if (running !== open) setOpen(running);
  return (
    <QueryState query={query} skeleton={<Skeleton variant="rounded" height="10rem" />}>
      {(run) => <Found run={run} />}
    </QueryState>
  );
}
