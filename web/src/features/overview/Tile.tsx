import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardActionArea from '@mui/material/CardActionArea';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Sparkline } from '../../shared/components/Sparkline';

interface Props {
  label: string;
  /** Already formatted; undefined when the figure does not exist. */
  value: string | undefined;
  /** The interval, the change, or why there is no value. */
  note: string;
  series: (number | null)[];
  color?: string;
  to: string;
}

/** One figure with its course; the whole tile leads to the conversations behind it. */
export function Tile({ label, value, note, series, color, to }: Props) {
  const { t } = useTranslation();
  return (
    <Card component="li">
      <CardActionArea
        component={Link}
        to={to}
        sx={{
          height: '100%',
          p: { xs: 1.75, sm: 2.25 },
          display: 'flex',
          flexDirection: 'column',
          alignItems: 'stretch',
        }}
      >
        <Typography variant="body2" sx={{ color: 'text.secondary', fontWeight: 520 }}>
          {label}
        </Typography>
        <Typography
          component="span"
          data-testid="tile-value"
          sx={{
            mt: 0.5,
            fontSize: { xs: '1.5rem', sm: '1.875rem' },
            fontWeight: 660,
            letterSpacing: '-0.03em',
            lineHeight: 1.2,
            fontVariantNumeric: 'tabular-nums',
          }}
        >
          {value ?? '–'}
        </Typography>
        <Typography variant="caption" sx={{ color: 'text.secondary', mt: 0.5, flex: 1 }}>
          {value === undefined ? t('overview.tiles.none', { why: note }) : note}
        </Typography>
        <Box sx={{ mt: 1.5 }}>
          <Sparkline values={series} color={color} />
        </Box>
      </CardActionArea>
    </Card>
  );
}
