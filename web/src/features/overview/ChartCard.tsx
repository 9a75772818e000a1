import BarChartOutlined from '@mui/icons-material/BarChartOutlined';
import TableRowsOutlined from '@mui/icons-material/TableRowsOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatBucket, formatCount } from '../../shared/format';
import type { Overview } from './findings';

interface Props {
  /** The finding, in words. */
  title: string;
  n: number;
  range: Overview['range'];
  to: string;
  chart: ReactNode;
  table: ReactNode;
}

/** A chart that says what it shows, of how many, from when to when; with its table and its rows. */
export function ChartCard({ title, n, range, to, chart, table }: Props) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const toggle = asTable ? t('actions.chart') : t('actions.table');
  return (
    <Card
      component="section"
      aria-labelledby={id}
      sx={{ p: { xs: 2, sm: 2.5 }, display: 'flex', flexDirection: 'column' }}
    >
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'flex-start', mb: 2 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h2" id={id}>
            {title}
          </Typography>
          <Typography variant="caption" sx={{ color: 'text.secondary' }}>
            {t('overview.context', {
              n: formatCount(n),
              from: formatBucket(range.from, range.bucket),
              to: formatBucket(range.to, range.bucket),
            })}
          </Typography>
        </Box>
        <Tooltip title={toggle}>
          <IconButton size="small" aria-label={toggle} onClick={() => setAsTable(!asTable)}>
            {asTable ? (
              <BarChartOutlined fontSize="small" />
            ) : (
              <TableRowsOutlined fontSize="small" />
            )}
          </IconButton>
        </Tooltip>
      </Box>
      <Box sx={{ flex: 1, minWidth: 0 }}>{asTable ? table : chart}</Box>
      <Box sx={{ mt: 1.5 }}>
        <Button component={Link} to={to} size="small" sx={{ ml: -0.5 }}>
          {t('actions.view')}
        </Button>
      </Box>
    </Card>
  );
}
