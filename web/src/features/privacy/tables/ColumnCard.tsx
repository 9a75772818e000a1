import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../../../shared/format';
import { type Choice, type Column, DIRECT, HIERARCHIES, ROLES, TEXT } from './plan';
import { useReason } from './useReason';

interface Props {
  column: Column;
  rows: number;
  choice: Choice;
  wrong: boolean;
  onChange: (choice: Choice) => void;
}

interface PickProps<T extends string> {
  label: string;
  value: T;
  choices: readonly T[];
  name: (choice: T) => string;
  hint?: string;
  onPick: (choice: T) => void;
}

function Pick<T extends string>({ label, value, choices, name, hint, onPick }: PickProps<T>) {
  return (
    <TextField
      select
      fullWidth
      label={label}
      value={value}
      helperText={hint}
      onChange={(event) => {
        const found = choices.find((each) => each === event.target.value);
        if (found) onPick(found);
      }}
      slotProps={{ select: { native: true } }}
    >
      {choices.map((each) => (
        <option key={each} value={each}>
          {name(each)}
        </option>
      ))}
    </TextField>
  );
}

function Settings({ choice, wrong, onChange }: Omit<Props, 'column' | 'rows'>) {
  const { t } = useTranslation();
  const set = (changed: Partial<Choice>) => onChange({ ...choice, ...changed });
  switch (choice.role) {
    case 'direct':
      return (
        <Pick
          label={t('tables.columns.instead')}
          value={choice.direct}
          choices={DIRECT}
          name={(each) => t(`tables.operator.${each}`)}
          onPick={(direct) => set({ direct })}
        />
      );
    case 'text':
      return (
        <Pick
          label={t('tables.columns.insteadText')}
          value={choice.text}
          choices={TEXT}
          name={(each) => t(`tables.operator.${each}`)}
          onPick={(text) => set({ text })}
        />
      );
    case 'quasi':
      return (
        <Pick
          label={t('tables.columns.hierarchy')}
          value={choice.hierarchy}
          choices={HIERARCHIES}
          name={(each) => t(`tables.hierarchy.${each}`)}
          onPick={(hierarchy) => set({ hierarchy })}
        />
      );
    case 'sensitive':
      return (
        <Box sx={{ display: 'grid', gap: 1, gridTemplateColumns: '1fr 1fr' }}>
          {(['l', 't'] as const).map((target) => (
            <TextField
              key={target}
              type="number"
              label={t(`tables.columns.${target}`)}
              value={choice[target]}
              error={wrong}
              helperText={t(`tables.columns.${target}Hint`)}
              onChange={(event) => set({ [target]: event.target.value })}
              slotProps={{ inputLabel: { shrink: true } }}
            />
          ))}
        </Box>
      );
    default:
      return null;
  }
}

/** One column: what it seems to hold and why, the role that counts, and that role's settings. */
export function ColumnCard({ column, rows, choice, wrong, onChange }: Props) {
  const { t } = useTranslation();
  const reasonOf = useReason();
  const corrected = choice.role !== column.role;
  return (
    <Box
      component="li"
      aria-label={column.name}
      sx={{
        listStyle: 'none',
        display: 'grid',
        gap: 1.5,
        alignItems: 'start',
        gridTemplateColumns: { xs: '1fr', md: 'minmax(0, 5fr) minmax(0, 3fr) minmax(0, 4fr)' },
        py: 1.75,
        '& + &': { borderTop: 1, borderColor: 'divider' },
      }}
    >
      <Box sx={{ minWidth: 0 }}>
        <Typography variant="body2" sx={{ fontWeight: 600, overflowWrap: 'anywhere' }}>
          {column.name}
        </Typography>
        <Typography variant="caption" component="p" sx={{ color: 'text.secondary' }}>
          {t('tables.columns.facts', {
            kind: t(`tables.kind.${column.kind as 'text'}`),
            distinct: formatCount(column.distinct),
            n: formatCount(column.n),
            missing: formatCount(Math.max(column.missing, rows - column.n)),
          })}
        </Typography>
        <Typography variant="caption" component="p" sx={{ mt: 0.5 }}>
          {t('tables.columns.found', {
            role: t(`tables.role.${column.role}`),
            why: column.reasons.map(reasonOf).join('; '),
          })}
        </Typography>
      </Box>
      <Pick
        label={t('tables.columns.role')}
        value={choice.role}
        choices={ROLES}
        name={(each) => t(`tables.role.${each}`)}
        hint={corrected ? t('tables.columns.corrected') : t(`tables.about.${choice.role}`)}
        onPick={(role) => onChange({ ...choice, role })}
      />
      <Settings choice={choice} wrong={wrong} onChange={onChange} />
    </Box>
  );
}
