import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../format';
import { useEntityName } from '../hooks/useEntityName';

interface Props {
  label: string;
  counts: Readonly<Record<string, number>>;
}

/** How many of each type, the most first. */
export function EntityCounts({ label, counts }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  const sorted = Object.entries(counts).sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  if (sorted.length === 0) return t('hidden.nothing');
  return (
    <Box
      component="ul"
      aria-label={label}
      sx={{ listStyle: 'none', m: 0, p: 0, display: 'flex', flexWrap: 'wrap', gap: 0.75 }}
    >
      {sorted.map(([type, n]) => (
        <Chip
          key={type}
          component="li"
          size="small"
          label={`${name.of(type)} ${formatCount(n)}`}
          sx={{ bgcolor: 'marks.entity', color: 'marks.entityText' }}
        />
      ))}
    </Box>
  );
}
