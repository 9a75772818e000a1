import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LeaksReply } from '../../../api/generatedPrivacy';
import { Section } from '../../../shared/components/Section';
import { formatCount } from '../../../shared/format';
import { useEntityName } from '../../../shared/hooks/useEntityName';

/** Findings of all days, the most first. */
export function foundTypes(report: LeaksReply): [string, number][] {
  const sums = new Map<string, number>();
  for (const { found } of report.days)
    for (const [type, n] of Object.entries(found)) sums.set(type, (sums.get(type) ?? 0) + n);
  return [...sums].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
}

/** What looked personal, by type, and what to do about it. */
export function FoundTypes({ report }: { report: LeaksReply }) {
  const { t } = useTranslation();
  const name = useEntityName();
  const found = foundTypes(report);
  return (
    <Section title={t('leaks.found.title')}>
      {found.length === 0 ? (
        <Typography variant="body2" sx={{ color: 'text.secondary' }}>
          {t('leaks.found.none')}
        </Typography>
      ) : (
        <>
          <TableContainer tabIndex={0} role="region" aria-label={t('leaks.found.title')}>
            <Table size="small" aria-label={t('leaks.found.title')}>
              <TableHead>
                <TableRow>
                  <TableCell>{t('leaks.found.type')}</TableCell>
                  <TableCell align="right">{t('leaks.found.count')}</TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {found.map(([type, n]) => (
                  <TableRow key={type}>
                    <TableCell component="th" scope="row">
                      {name.of(type)}
                    </TableCell>
                    <TableCell align="right" sx={{ fontVariantNumeric: 'tabular-nums' }}>
                      {formatCount(n)}
                    </TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          </TableContainer>
          <Typography variant="h3" sx={{ mt: 2.5 }}>
            {t('leaks.found.todo')}
          </Typography>
          <Box component="ol" sx={{ m: 0, mt: 0.75, pl: 2.5, typography: 'body2' }}>
            <li>{t('leaks.found.look')}</li>
            <li>{t('leaks.found.test')}</li>
            <li>{t('leaks.found.mend')}</li>
          </Box>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 1.5 }}>
            <Button component={Link} to="/privacy/traffic" variant="outlined" size="small">
              {t('leaks.found.openTraffic')}
            </Button>
            <Button component={Link} to="/privacy/policies" variant="outlined" size="small">
              {t('leaks.found.openPolicies')}
            </Button>
          </Box>
        </>
      )}
    </Section>
  );
}
