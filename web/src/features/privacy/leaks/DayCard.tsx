import BarChartOutlined from '@mui/icons-material/BarChartOutlined';
import TableRowsOutlined from '@mui/icons-material/TableRowsOutlined';
import IconButton from '@mui/material/IconButton';
import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Tooltip from '@mui/material/Tooltip';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LeakDayReply, LeaksReply } from '../../../api/generatedPrivacy';
import { Section } from '../../../shared/components/Section';
import { formatBucket, formatCount, formatDate } from '../../../shared/format';

const SeriesChart = lazy(async () => ({
  default: (await import('../../../shared/components/SeriesChart')).SeriesChart,
}));

const HEIGHT = 220;

/** Noon of a day where the reader is, so that it stays that day in every time zone. */
const noon = (day: string) => `${day}T12:00:00`;

function DayTable({ days, label }: { days: LeakDayReply[]; label: string }) {
  const { t } = useTranslation();
  return (
    <TableContainer sx={{ maxHeight: '18rem' }} tabIndex={0} role="region" aria-label={label}>
      <Table size="small" stickyHeader aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{t('leaks.chart.day')}</TableCell>
            <TableCell align="right">{t('leaks.chart.looked')}</TableCell>
            <TableCell align="right">{t('leaks.chart.flagged')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {days.map((day) => (
            <TableRow key={day.day}>
              <TableCell component="th" scope="row">
                {formatDate(noon(day.day))}
              </TableCell>
              <TableCell align="right">{formatCount(day.texts)}</TableCell>
              <TableCell align="right">{formatCount(day.flagged)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

interface Props {
  report: LeaksReply;
  days: number;
}

/** Looked-at texts by day, those with a finding set apart; as a chart or as a table. */
export function DayCard({ report, days }: Props) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const toggle = t(asTable ? 'actions.chart' : 'actions.table');
  const label = t('leaks.chart.label');
  const bad = report.days.filter((day) => day.flagged > 0);
  const worst = [...bad].sort((a, b) => b.flagged - a.flagged)[0];
  return (
    <Section
      title={
        worst
          ? t('leaks.chart.worst', {
              day: formatBucket(noon(worst.day), 'day'),
              count: worst.flagged,
              n: formatCount(worst.flagged),
            })
          : t('leaks.chart.clean')
      }
      text={t('leaks.chart.context', { n: formatCount(report.texts), count: days })}
      actions={
        <Tooltip title={toggle}>
          <IconButton size="small" aria-label={toggle} onClick={() => setAsTable(!asTable)}>
            {asTable ? (
              <BarChartOutlined fontSize="small" />
            ) : (
              <TableRowsOutlined fontSize="small" />
            )}
          </IconButton>
        </Tooltip>
      }
    >
      {asTable ? (
        <DayTable days={report.days} label={label} />
      ) : (
        <Suspense fallback={<Skeleton variant="rounded" height={HEIGHT} />}>
          <SeriesChart
            label={label}
            bucket="day"
            points={report.days.map((day) => ({
              at: noon(day.day),
              clean: day.texts - day.flagged,
              flagged: day.flagged,
            }))}
            series={[
              {
                key: 'clean',
                label: t('leaks.chart.nothing'),
                color: 'var(--mui-palette-sentiment-positive)',
              },
              {
                key: 'flagged',
                label: t('leaks.chart.flagged'),
                color: 'var(--mui-palette-sentiment-negative)',
              },
            ]}
          />
        </Suspense>
      )}
    </Section>
  );
}
