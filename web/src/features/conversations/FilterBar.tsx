import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useInsightsListReasonsQuery } from '../../api/generated';
import { FILTERS, type Filter, OUTCOMES, SENTIMENTS } from './filters';

interface Choice {
  value: string;
  label: string;
}

/** The known reasons, and the chosen one even if it is not among them. */
function useReasons(chosen: string): Choice[] {
  const { data } = useInsightsListReasonsQuery();
  const known = (data?.items ?? []).map(({ reason, title }) => ({ value: reason, label: title }));
  const missing = chosen !== '' && !known.some((each) => each.value === chosen);
  return missing ? [{ value: chosen, label: chosen }, ...known] : known;
}

interface SelectProps {
  filter: Filter;
  label: string;
  choices: Choice[];
}

function Select({ filter, label, choices }: SelectProps) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const set = (value: string) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete('cursor');
      if (value === '') next.delete(filter);
      else next.set(filter, value);
      return next;
    });
  return (
    <TextField
      select
      label={label}
      value={params.get(filter) ?? ''}
      onChange={(event) => set(event.target.value)}
      slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
      sx={{
        minWidth: { xs: 0, sm: '11rem' },
        flex: { xs: '1 1 8rem', sm: '0 1 auto' },
        maxWidth: '18rem',
      }}
    >
      <option value="">{t('conversations.filters.any')}</option>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </TextField>
  );
}

/** Filters that live in the address, so that a view can be shared. */
export function FilterBar() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const reasons = useReasons(params.get('reason') ?? '');
  const filtered = FILTERS.some((filter) => params.get(filter));
  const clear = () =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      for (const name of [...FILTERS, 'cursor']) next.delete(name);
      return next;
    });
  return (
    <Box
      role="search"
      aria-label={t('conversations.filters.label')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, mb: 2, alignItems: 'center' }}
    >
      <Select filter="reason" label={t('conversations.filters.reason')} choices={reasons} />
      <Select
        filter="sentiment"
        label={t('conversations.filters.sentiment')}
        choices={SENTIMENTS.map((value) => ({ value, label: t(`sentiment.${value}`) }))}
      />
      <Select
        filter="outcome"
        label={t('conversations.filters.outcome')}
        choices={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
      />
      {filtered && <Button onClick={clear}>{t('conversations.filters.clear')}</Button>}
    </Box>
  );
}
