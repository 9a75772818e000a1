import CheckOutlined from '@mui/icons-material/CheckOutlined';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../../shared/format';
import { type Summary, sumsBy } from './letters';

interface Props {
  summary: Summary;
  chosen: string | undefined;
  onChoose: (handler: string | undefined) => void;
}

/** Each handler with its number of parked events; one of them can be chosen as the filter. */
export function SummaryChips({ summary, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  return (
    <Box
      role="group"
      aria-label={t('events.summary.label')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mb: 2 }}
    >
      {sumsBy(summary, 'handler').map(([handler, n]) => {
        const pressed = handler === chosen;
        return (
          <Chip
            key={handler}
            variant={pressed ? 'filled' : 'outlined'}
            color={pressed ? 'primary' : 'default'}
            icon={pressed ? <CheckOutlined /> : undefined}
            aria-pressed={pressed}
            onClick={() => onChoose(pressed ? undefined : handler)}
            label={t('events.summary.group', { handler, n: formatCount(n) })}
          />
        );
      })}
    </Box>
  );
}
