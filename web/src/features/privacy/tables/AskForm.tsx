import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type DatasetReply,
  type StatisticRequest,
  usePrivacyCreateStatisticMutation,
  usePrivacyListTablesQuery,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import { Section } from '../../../shared/components/Section';
import { formatScore } from '../../../shared/format';
import { resultWords } from './told';

const STATISTICS = ['count', 'sum', 'mean', 'histogram'] as const;
type Statistic = (typeof STATISTICS)[number];

interface Props {
  dataset: DatasetReply;
  onNote: (text: string) => void;
}

/** A question to a table of the dataset; what it costs is said before it is asked. */
export function AskForm({ dataset, onNote }: Props) {
  const { t } = useTranslation();
  const known = usePrivacyListTablesQuery({ limit: 100 });
  const [ask, { data: told, isLoading, error }] = usePrivacyCreateStatisticMutation();
  const [statistic, setStatistic] = useState<Statistic>('count');
  const [column, setColumn] = useState('');
  const [epsilon, setEpsilon] = useState('0.1');
  const [low, setLow] = useState('0');
  const [high, setHigh] = useState('100');
  const [keys, setKeys] = useState('');
  const [tried, setTried] = useState(false);
  const problem = problemOf(error);
  const table = known.data?.items.find((each) => each.dataset_id === dataset.id && each.available);
  const bounded = statistic === 'sum' || statistic === 'mean';
  const listed = keys
    .split('\n')
    .map((key) => key.trim())
    .filter(Boolean);
  const wrong = {
    column: statistic !== 'count' && column === '',
    epsilon: !(Number(epsilon) > 0 && Number(epsilon) <= dataset.epsilon_left),
    bounds: bounded && !(low !== '' && high !== '' && Number(low) < Number(high)),
    keys: statistic === 'histogram' && listed.length === 0,
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!table || Object.values(wrong).some(Boolean)) return;
    const request: StatisticRequest = {
      table_id: table.id,
      statistic,
      epsilon: Number(epsilon),
      ...(statistic !== 'count' && { column }),
      ...(bounded && { bounds: [Number(low), Number(high)] }),
      ...(statistic === 'histogram' && { keys: listed }),
    };
    const result = await ask({ statisticRequest: request });
    if (result.data) onNote(t('tables.stats.answered'));
  };
  if (!known.data) return null;
  if (!table) {
    return (
      <Alert role="note" severity="info" variant="outlined">
        {t('tables.stats.noTable')}
      </Alert>
    );
  }
  return (
    <Section title={t('tables.stats.ask')} text={t('tables.stats.askText')} live>
      <Box
        component="form"
        noValidate
        onSubmit={(event) => void submit(event)}
        sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr' } }}
      >
        <TextField
          select
          label={t('tables.stats.statistic')}
          value={statistic}
          onChange={(event) => setStatistic(event.target.value as Statistic)}
          slotProps={{ select: { native: true } }}
        >
          {STATISTICS.map((each) => (
            <option key={each} value={each}>
              {t(`tables.stats.is.${each}`)}
            </option>
          ))}
        </TextField>
        <TextField
          type="number"
          label={t('tables.stats.epsilon')}
          value={epsilon}
          onChange={(event) => setEpsilon(event.target.value)}
          error={tried && wrong.epsilon}
          helperText={t('tables.stats.epsilonHint', { left: formatScore(dataset.epsilon_left) })}
          slotProps={{ htmlInput: { min: 0, step: 0.05 } }}
        />
        {statistic !== 'count' && (
          <TextField
            select
            required
            label={t('tables.stats.column')}
            value={column}
            onChange={(event) => setColumn(event.target.value)}
            error={tried && wrong.column}
            slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          >
            <option value="">{t('tables.stats.pick')}</option>
            {table.columns.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </TextField>
        )}
        {bounded && (
          <Box sx={{ display: 'grid', gap: 1, gridTemplateColumns: '1fr 1fr' }}>
            <TextField
              type="number"
              label={t('tables.stats.low')}
              value={low}
              onChange={(event) => setLow(event.target.value)}
              error={tried && wrong.bounds}
              helperText={t('tables.stats.boundsHint')}
            />
            <TextField
              type="number"
              label={t('tables.stats.high')}
              value={high}
              onChange={(event) => setHigh(event.target.value)}
              error={tried && wrong.bounds}
            />
          </Box>
        )}
        {statistic === 'histogram' && (
          <TextField
            multiline
            required
            minRows={2}
            label={t('tables.stats.keys')}
            value={keys}
            onChange={(event) => setKeys(event.target.value)}
            error={tried && wrong.keys}
            helperText={t('tables.stats.keysHint')}
          />
        )}
        <Box sx={{ gridColumn: '1 / -1' }}>
          <Button type="submit" variant="contained" loading={isLoading}>
            {t('tables.stats.confirm', { epsilon })}
          </Button>
        </Box>
      </Box>
      {told && (
        <Typography variant="h3" component="p" role="status" sx={{ mt: 2, whiteSpace: 'pre-line' }}>
          {resultWords(told.result)}
        </Typography>
      )}
      {problem && <ErrorState problem={problem} />}
    </Section>
  );
}
