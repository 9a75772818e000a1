import Box from '@mui/material/Box';
import { BarChart } from '@mui/x-charts/BarChart';
import { formatBucket, formatCount } from '../format';

const HEIGHT = 220;

export interface Series<Key extends string = string> {
  key: Key;
  label: string;
  color: string;
}

/** Counts at a point in time, by the keys of the series. */
export interface SeriesPoint {
  at: string;
  [key: string]: string | number;
}

interface Props {
  label: string;
  points: SeriesPoint[];
  bucket: string;
  series: Series[];
}

/** Stacked counts over time. Loaded on its own: the chart library is the console's largest part. */
export function SeriesChart({ label, points, bucket, series }: Props) {
  return (
    <Box role="group" aria-label={label}>
      <BarChart
        height={HEIGHT}
        dataset={points}
        margin={{ left: 0, right: 20, top: 8, bottom: 0 }}
        borderRadius={2}
        grid={{ horizontal: true }}
        xAxis={[
          {
            dataKey: 'at',
            scaleType: 'band',
            categoryGapRatio: 0.25,
            height: 24,
            disableLine: true,
            disableTicks: true,
            valueFormatter: (at: string) => formatBucket(at, bucket),
          },
        ]}
        yAxis={[
          {
            width: 40,
            disableLine: true,
            disableTicks: true,
            valueFormatter: formatCount,
            tickNumber: 4,
          },
        ]}
        series={series.map(({ key, label: name, color }) => ({
          dataKey: key,
          label: name,
          color,
          stack: 'all',
          valueFormatter: (value: number | null) => (value === null ? '' : formatCount(value)),
        }))}
        slotProps={{
          legend: {
            direction: 'horizontal',
            position: { vertical: 'bottom', horizontal: 'start' },
          },
        }}
      />
    </Box>
  );
}
