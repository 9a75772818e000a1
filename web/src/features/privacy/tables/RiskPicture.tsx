import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { formatCount, formatScore, formatShare } from '../../../shared/format';
import { type Measured, ranges, shareIn } from './report';

interface Props {
  before: Measured;
  after: Measured;
}

const NONE = '–';
const count = (value: number | null | undefined) =>
  value === null || value === undefined ? NONE : formatCount(value);
const share = (value: number | null | undefined) =>
  value === null || value === undefined ? NONE : formatShare(value);

/** Two bars a range of class sizes: the share of rows in it before and after. */
function Sizes({ before, after }: Props) {
  const { t } = useTranslation();
  const bars = [
    ['before', before, 'sentiment.negative'],
    ['after', after, 'sentiment.positive'],
  ] as const;
  return (
    <Box
      component="ul"
      aria-label={t('tables.risk.sizes')}
      sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 1 }}
    >
      {ranges(before, after).map(({ least, most }) => (
        <Box
          component="li"
          key={least}
          sx={{
            display: 'grid',
            gridTemplateColumns: { xs: '7.5rem minmax(0, 1fr)', sm: '8rem minmax(0, 1fr)' },
            gap: 1.5,
            alignItems: 'center',
          }}
        >
          <Typography variant="caption">
            {most === null
              ? t('tables.risk.from', { least: formatCount(least) })
              : least === most
                ? t('tables.risk.alone', { count: least, n: formatCount(least) })
                : t('tables.risk.range', { least: formatCount(least), most: formatCount(most) })}
          </Typography>
          <Box sx={{ display: 'grid', gap: 0.25 }}>
            {bars.map(([which, measured, color]) => (
              <Box key={which} sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
                <Box
                  aria-hidden
                  sx={{
                    height: '0.625rem',
                    borderRadius: 1,
                    bgcolor: color,
                    width: `calc((100% - 9rem) * ${shareIn(measured, least).toFixed(4)})`,
                    minWidth: shareIn(measured, least) > 0 ? '3px' : 0,
                  }}
                />
                <Typography
                  variant="caption"
                  sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}
                >
                  {`${t(`tables.risk.${which}`)}: ${formatShare(shareIn(measured, least))}`}
                </Typography>
              </Box>
            ))}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

/** How easily a row is linked to a person, before and after: figures with n, then the picture. */
export function RiskPicture({ before, after }: Props) {
  const { t } = useTranslation();
  const label = t('tables.risk.title');
  const rows: [string, (measured: Measured) => string][] = [
    [t('tables.risk.n'), (each) => formatCount(each.rows)],
    [t('tables.risk.k'), (each) => count(each.k)],
    [t('tables.risk.unique'), (each) => share(each.unique_share)],
    [t('tables.risk.highest'), (each) => share(each.risk?.prosecutor_highest)],
    [
      t('tables.risk.atRisk', {
        threshold: share(before.risk?.threshold ?? after.risk?.threshold),
      }),
      (each) => share(each.risk?.prosecutor_at_risk),
    ],
    [t('tables.risk.marketer'), (each) => share(each.risk?.marketer)],
    ...Object.keys(after.sensitive ?? {}).flatMap(
      (name): [string, (measured: Measured) => string][] => [
        [t('tables.risk.l', { name }), (each) => count(each.sensitive?.[name]?.distinct_l)],
        [
          t('tables.risk.t', { name }),
          (each) => {
            const t_ = each.sensitive?.[name]?.t;
            return t_ === null || t_ === undefined ? NONE : formatScore(t_);
          },
        ],
      ],
    ),
  ];
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 3,
        gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'repeat(2, minmax(0, 1fr))' },
      }}
    >
      <Box>
        <Typography variant="h3" sx={{ mb: 1 }}>
          {label}
        </Typography>
        <TableContainer tabIndex={0} role="region" aria-label={label}>
          <Table size="small" aria-label={label}>
            <TableHead>
              <TableRow>
                <TableCell>{t('tables.risk.measure')}</TableCell>
                <TableCell align="right">{t('tables.risk.before')}</TableCell>
                <TableCell align="right">{t('tables.risk.after')}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {rows.map(([name, of]) => (
                <TableRow key={name}>
                  <TableCell component="th" scope="row">
                    {name}
                  </TableCell>
                  <TableCell align="right" sx={{ fontVariantNumeric: 'tabular-nums' }}>
                    {of(before)}
                  </TableCell>
                  <TableCell align="right" sx={{ fontVariantNumeric: 'tabular-nums' }}>
                    {of(after)}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      </Box>
      <Box>
        <Typography variant="h3" sx={{ mb: 1 }}>
          {t('tables.risk.sizes')}
        </Typography>
        {after.k === null && before.k === null ? (
          <Typography variant="body2" sx={{ color: 'text.secondary' }}>
            {t('tables.risk.none')}
          </Typography>
        ) : (
          <Sizes before={before} after={after} />
        )}
      </Box>
    </Box>
  );
}
