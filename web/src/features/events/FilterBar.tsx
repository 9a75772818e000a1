import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { FILTERS, type Filter, type Filters, type Summary, sumsBy } from './letters';

interface Props {
  summary: Summary;
  filters: Filters;
  onChange: (filter: Filter, value: string | undefined) => void;
  onClear: () => void;
}

/** The values that there are, and the chosen one even if it is not among them. */
function choicesOf(summary: Summary, filter: Filter, chosen: string | undefined): string[] {
  const known = sumsBy(summary, filter).map(([value]) => value);
  return chosen && !known.includes(chosen) ? [chosen, ...known] : known;
}

/** Filters that live in the address, so that a view can be shared. */
export function FilterBar({ summary, filters, onChange, onClear }: Props) {
  const { t } = useTranslation();
  return (
    <Box
      role="search"
      aria-label={t('events.filters.label')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, mb: 2, alignItems: 'center' }}
    >
      {FILTERS.map((filter) => (
        <TextField
          key={filter}
          select
          label={t(`events.filters.${filter}`)}
          value={filters[filter] ?? ''}
          onChange={(event) => onChange(filter, event.target.value || undefined)}
          slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          sx={{
            minWidth: { xs: 0, sm: '11rem' },
            flex: { xs: '1 1 8rem', sm: '0 1 auto' },
            maxWidth: '18rem',
          }}
        >
          <option value="">{t('events.filters.any')}</option>
          {choicesOf(summary, filter, filters[filter]).map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </TextField>
      ))}
      {FILTERS.some((filter) => filters[filter]) && (
        <Button onClick={onClear}>{t('events.filters.clear')}</Button>
      )}
    </Box>
  );
}
