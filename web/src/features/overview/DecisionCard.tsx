import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatShare } from '../../shared/format';
import { withRange } from '../../shared/range';
import { ChartCard } from './ChartCard';
import type { Overview, PointSeries } from './findings';
import { SeriesTable } from './SeriesTable';

const SeriesChart = lazy(async () => ({
  default: (await import('../../shared/components/SeriesChart')).SeriesChart,
}));

export function DecisionCard({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const { abstained, n } = overview.decisions;
  const series: PointSeries[] = [
    { key: 'answered', label: t('outcome.answered'), color: 'var(--mui-palette-primary-main)' },
    {
      key: 'abstained',
      label: t('outcome.abstained'),
      color: 'var(--mui-palette-sentiment-neutral)',
    },
    {
      key: 'escalated',
      label: t('outcome.escalated'),
      color: 'var(--mui-palette-warning-main)',
    },
  ];
  const shown = {
    label: t('overview.decisions.label'),
    points: overview.series,
    bucket: overview.range.bucket,
    series,
  };
  const none = (
    <Typography variant="body2" sx={{ color: 'text.secondary', py: 4 }}>
      {t('overview.decisions.empty')}
    </Typography>
  );
  const chart = (
    <Suspense fallback={<Skeleton variant="rounded" height={220} />}>
      <SeriesChart {...shown} />
    </Suspense>
  );
  return (
    <ChartCard
      title={
        n > 0
          ? t('overview.decisions.title', { share: formatShare(abstained / n) })
          : t('overview.decisions.none')
      }
      n={n}
      range={overview.range}
      to={withRange('/conversations', params, { outcome: n > 0 ? 'abstained' : undefined })}
      chart={n > 0 ? chart : none}
      table={n > 0 ? <SeriesTable {...shown} /> : none}
    />
  );
}
