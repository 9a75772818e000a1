import Link from '@mui/material/Link';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTranslation } from 'react-i18next';
import { Link as RouterLink } from 'react-router';
import { formatBucket, formatCount } from '../../shared/format';
import { localDay } from '../../shared/range';
import type { Point, PointSeries } from './findings';

interface Props {
  label: string;
  points: Point[];
  bucket: string;
  series: PointSeries[];
}

/** The same figures as the chart; each time leads to its day's conversations. */
export function SeriesTable({ label, points, bucket, series }: Props) {
  const { t } = useTranslation();
  return (
    <TableContainer sx={{ maxHeight: '18rem' }} tabIndex={0} role="region" aria-label={label}>
      <Table size="small" stickyHeader aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{t('overview.table.when')}</TableCell>
            {series.map((each) => (
              <TableCell key={each.key} align="right">
                {each.label}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {points.map((point) => (
            <TableRow key={point.at}>
              <TableCell component="th" scope="row">
                <Link
                  component={RouterLink}
                  to={`/conversations?from=${localDay(point.at)}&to=${localDay(point.at)}`}
                >
                  {formatBucket(point.at, bucket)}
                </Link>
              </TableCell>
              {series.map((each) => (
                <TableCell key={each.key} align="right" sx={{ fontVariantNumeric: 'tabular-nums' }}>
                  {formatCount(point[each.key])}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
