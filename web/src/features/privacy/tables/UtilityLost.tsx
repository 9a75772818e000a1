import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../../shared/components/Facts';
import { Section } from '../../../shared/components/Section';
import { formatCount, formatShare } from '../../../shared/format';
import { ROLES } from './plan';
import type { Report } from './report';

/** The first level of every hierarchy. */
const AS_IS = 'as is';

/** What the release cost: rows left out, detail lost, and what became of each column. */
export function UtilityLost({ report }: { report: Report }) {
  const { t } = useTranslation();
  const { utility, columns, search } = report;
  const label = t('tables.utility.columns');
  const roleName = (role: string) => {
    const known = ROLES.find((each) => each === role);
    return known ? t(`tables.role.${known}`) : role;
  };
  return (
    <Section
      title={t('tables.utility.title', { loss: formatShare(utility.information_loss) })}
      text={t('tables.utility.text')}
    >
      <Facts
        rows={[
          [
            t('tables.utility.suppressed'),
            t('tables.utility.ofRows', {
              n: formatCount(utility.suppressed),
              rows: formatCount(utility.rows),
              share: formatShare(utility.suppressed_share),
            }),
          ],
          [t('tables.utility.loss'), formatShare(utility.information_loss)],
          ...(search
            ? [
                [
                  t('tables.utility.search'),
                  t(search.proven_best ? 'tables.utility.best' : 'tables.utility.good'),
                ] as const,
              ]
            : []),
        ]}
      />
      <Box sx={{ mt: 2 }}>
        <TableContainer tabIndex={0} role="region" aria-label={label}>
          <Table size="small" aria-label={label}>
            <TableHead>
              <TableRow>
                <TableCell>{t('tables.utility.column')}</TableCell>
                <TableCell>{t('tables.columns.role')}</TableCell>
                <TableCell>{t('tables.utility.became')}</TableCell>
                <TableCell align="right">{t('tables.utility.lost')}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {columns.map((column) => {
                const lost = utility.loss_by_column[column.name];
                return (
                  <TableRow key={column.name}>
                    <TableCell component="th" scope="row" sx={{ overflowWrap: 'anywhere' }}>
                      {column.name}
                    </TableCell>
                    <TableCell>{roleName(column.role)}</TableCell>
                    <TableCell>
                      {column.operator ??
                        (column.level_name && column.level_name !== AS_IS
                          ? column.level_name
                          : t('tables.utility.asIs'))}
                    </TableCell>
                    <TableCell align="right">
                      {lost === undefined ? '–' : formatShare(lost)}
                    </TableCell>
                  </TableRow>
                );
              })}
            </TableBody>
          </Table>
        </TableContainer>
      </Box>
    </Section>
  );
}
