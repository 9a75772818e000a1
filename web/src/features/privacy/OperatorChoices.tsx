import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useEntityName } from '../../shared/hooks/useEntityName';
import { type Choices, DEFAULT_OPERATOR, OPERATORS, type Operator } from './findings';

interface Props {
  types: string[];
  choices: Choices;
  onChoose: (type: string, operator: Operator) => void;
}

/** For each entity type found: what stands in its place. */
export function OperatorChoices({ types, choices, onChoose }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5 }}>
      {types.map((type) => (
        <Box key={type} sx={{ display: 'grid', gap: 0.5 }}>
          <Typography variant="caption" aria-hidden sx={{ color: 'text.secondary' }}>
            {name.of(type)}
          </Typography>
          <TextField
            select
            value={choices[type] ?? DEFAULT_OPERATOR}
            onChange={(event) => {
              const chosen = OPERATORS.find((operator) => operator === event.target.value);
              if (chosen) onChoose(type, chosen);
            }}
            slotProps={{
              select: { native: true },
              htmlInput: { 'aria-label': t('privacy.found.operatorFor', { type: name.of(type) }) },
            }}
            sx={{ width: '8.5rem' }}
          >
            {OPERATORS.map((operator) => (
              <option key={operator} value={operator}>
                {t(`privacy.operator.${operator}`)}
              </option>
            ))}
          </TextField>
        </Box>
      ))}
    </Box>
  );
}
