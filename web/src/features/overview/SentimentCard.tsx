import Skeleton from '@mui/material/Skeleton';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatShare } from '../../shared/format';
import { withRange } from '../../shared/range';
import { ChartCard } from './ChartCard';
import { type Overview, type PointSeries, sentimentFinding } from './findings';
import { SeriesTable } from './SeriesTable';

const SeriesChart = lazy(async () => ({
  default: (await import('../../shared/components/SeriesChart')).SeriesChart,
}));

export function SentimentCard({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const finding = sentimentFinding(overview);
  const title = finding
    ? t(`overview.sentiment.${finding.trend}`, {
        before: formatShare(finding.before),
        after: formatShare(finding.after),
      })
    : t('overview.sentiment.none');
  const series: PointSeries[] = (['negative', 'neutral', 'positive'] as const).map((key) => ({
    key,
    label: t(`sentiment.${key}`),
    color: `var(--mui-palette-sentiment-${key})`,
  }));
  const shown = {
    label: t('overview.sentiment.label'),
    points: overview.series,
    bucket: overview.range.bucket,
    series,
  };
  return (
    <ChartCard
      title={title}
      n={overview.sentiment.n}
      range={overview.range}
      to={withRange('/conversations', params, { sentiment: 'negative' })}
      chart={
        <Suspense fallback={<Skeleton variant="rounded" height={220} />}>
          <SeriesChart {...shown} />
        </Suspense>
      }
      table={<SeriesTable {...shown} />}
    />
  );
}
