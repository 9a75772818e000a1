import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Skeleton from '@mui/material/Skeleton';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type TableReply,
  usePrivacyCreateTableReleaseMutation,
  usePrivacyGetTableQuery,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';
import { formatCount, formatTime } from '../../../shared/format';
import { ColumnCard } from './ColumnCard';
import { type Choice, choicesOf, faultsOf, planOf, TARGETS } from './plan';

interface Props {
  id: string;
  onReleased: (release: string) => void;
}

function Editor({ table, onReleased }: { table: TableReply; onReleased: (id: string) => void }) {
  const { t } = useTranslation();
  const [release, { isLoading, error }] = usePrivacyCreateTableReleaseMutation();
  const [choices, setChoices] = useState(() => choicesOf(table.columns));
  const [targets, setTargets] = useState(TARGETS);
  const [looked, setLooked] = useState(false);
  const problem = problemOf(error);
  const faults = faultsOf(choices, targets);
  const told = faults.filter((fault) => fault === 'noQuasi' || fault === 'allDropped');
  const make = async () => {
    const { data } = await release({
      tableReleaseRequest: { tables: [planOf(table, choices, targets)], keep_tables: true },
    });
    if (data) onReleased(data.id);
  };
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Section
        title={t('tables.columns.title', {
          count: table.columns.length,
          rows: formatCount(table.rows),
        })}
        text={t('tables.columns.text', { time: formatTime(table.expires_at) })}
      >
        <Box component="ul" aria-label={t('tables.columns.list')} sx={{ m: 0, p: 0 }}>
          {table.columns.map((column) => (
            <ColumnCard
              key={column.name}
              column={column}
              rows={table.rows}
              choice={choices[column.name] as Choice}
              wrong={faults.some(
                (fault) => typeof fault === 'object' && fault.column === column.name,
              )}
              onChange={(choice) => setChoices({ ...choices, [column.name]: choice })}
            />
          ))}
        </Box>
      </Section>
      <Section title={t('tables.targets.title')} text={t('tables.targets.text')}>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mb: 2 }}>
          <TextField
            type="number"
            label={t('tables.targets.k')}
            value={targets.k}
            onChange={(event) => setTargets({ ...targets, k: event.target.value })}
            error={faults.includes('k')}
            helperText={t('tables.targets.kHint')}
            slotProps={{ htmlInput: { min: 1 } }}
            sx={{ flex: '1 1 14rem', maxWidth: '24rem' }}
          />
          <TextField
            type="number"
            label={t('tables.targets.suppressed')}
            value={targets.suppressed}
            onChange={(event) => setTargets({ ...targets, suppressed: event.target.value })}
            error={faults.includes('suppressed')}
            helperText={t('tables.targets.suppressedHint')}
            slotProps={{ htmlInput: { min: 0, max: 100 } }}
            sx={{ flex: '1 1 14rem', maxWidth: '24rem' }}
          />
        </Box>
        {told.map((fault) => (
          <Alert key={fault} severity="error" variant="outlined" role="status" sx={{ mb: 2 }}>
            {t(`tables.targets.${fault}`)}
          </Alert>
        ))}
        <FormControlLabel
          control={<Checkbox checked={looked} onChange={(_, on) => setLooked(on)} />}
          label={t('tables.targets.looked')}
        />
        <Box sx={{ mt: 1 }}>
          <Button
            variant="contained"
            disabled={!looked || faults.length > 0}
            loading={isLoading}
            onClick={() => void make()}
          >
            {t('tables.targets.release')}
          </Button>
        </Box>
        {problem && <ErrorState problem={problem} />}
      </Section>
    </Box>
  );
}

/** Every column with the role that was found, and what the release must keep to. */
export function PlanEditor({ id, onReleased }: Props) {
  const { t } = useTranslation();
  const query = usePrivacyGetTableQuery({ tableId: id });
  return (
    <QueryState query={query} skeleton={<Skeleton variant="rounded" height="28rem" />}>
      {(table) =>
        table.available ? (
          <Editor table={table} onReleased={onReleased} />
        ) : (
          <Alert role="note" severity="info" variant="outlined">
            {t('tables.columns.gone')}
          </Alert>
        )
      }
    </QueryState>
  );
}
