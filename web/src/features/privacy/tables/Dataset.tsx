import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { type StatisticReply, usePrivacyGetLedgerQuery } from '../../../api/generatedPrivacy';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';
import { formatDateTime, formatScore } from '../../../shared/format';
import { AskForm } from './AskForm';
import { BudgetMeter } from './BudgetMeter';
import { queryWords, resultWords } from './told';

const MOST = 50;

function Ledger({ items }: { items: StatisticReply[] }) {
  const { t } = useTranslation();
  const label = t('tables.stats.ledger');
  if (items.length === 0) {
    return (
      <Typography variant="body2" sx={{ color: 'text.secondary' }}>
        {t('tables.stats.unasked')}
      </Typography>
    );
  }
  return (
    <TableContainer tabIndex={0} role="region" aria-label={label}>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{t('tables.stats.when')}</TableCell>
            <TableCell>{t('tables.stats.asked')}</TableCell>
            <TableCell>{t('tables.stats.told')}</TableCell>
            <TableCell align="right">{t('tables.stats.cost')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {items.map((item) => (
            <TableRow key={item.id}>
              <TableCell component="th" scope="row" sx={{ whiteSpace: 'nowrap' }}>
                {formatDateTime(item.created_at)}
              </TableCell>
              <TableCell>{queryWords(item.query)}</TableCell>
              <TableCell sx={{ whiteSpace: 'pre-line' }}>{resultWords(item.result)}</TableCell>
              <TableCell align="right">{formatScore(item.epsilon)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

interface Props {
  id: string;
  onNote: (text: string) => void;
}

/** One dataset: its budget, a new question, and what was asked so far at which cost. */
export function Dataset({ id, onNote }: Props) {
  const { t } = useTranslation();
  const query = usePrivacyGetLedgerQuery(
    { datasetId: id, limit: MOST },
    { refetchOnMountOrArgChange: true },
  );
  return (
    <QueryState query={query} skeleton={<Skeleton variant="rounded" height="20rem" />}>
      {(ledger) => (
        <Box sx={{ display: 'grid', gap: 2 }}>
          <Section
            title={ledger.name}
            text={t('tables.stats.perPerson', { count: ledger.rows_per_person })}
          >
            <BudgetMeter dataset={ledger} />
          </Section>
          <AskForm dataset={ledger} onNote={onNote} />
          <Section title={t('tables.stats.ledger')} text={t('tables.stats.ledgerText')}>
            <Ledger items={ledger.items} />
          </Section>
        </Box>
      )}
    </QueryState>
  );
}
