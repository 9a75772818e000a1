import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { useTranslation } from 'react-i18next';
import { EntityField } from './EntityField';
import { LinesField } from './LinesField';
import type { Deny } from './model';

interface Props {
  number: number;
  group: Deny;
  onChange: (group: Deny) => void;
  onRemove: () => void;
}

/** Words that are always of one type. */
export function DenyGroup({ number, group, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  return (
    <Box
      role="group"
      aria-label={t('policies.lists.group', { number })}
      sx={{ display: 'grid', gap: 1.5, p: 2, border: 1, borderColor: 'divider', borderRadius: 1 }}
    >
      <EntityField value={group.entity} onChange={(entity) => onChange({ ...group, entity })} />
      <LinesField
        label={t('policies.lists.words')}
        hint={t('policies.lists.lines')}
        lines={group.words}
        onChange={(words) => onChange({ ...group, words })}
      />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3, alignItems: 'center' }}>
        <FormControlLabel
          control={
            <Switch
              checked={group.ignore_case ?? true}
              onChange={(_, on) => onChange({ ...group, ignore_case: on })}
            />
          }
          label={t('policies.lists.ignoreCase')}
        />
        <FormControlLabel
          control={
            <Switch
              checked={group.whole_words ?? true}
              onChange={(_, on) => onChange({ ...group, whole_words: on })}
            />
          }
          label={t('policies.lists.wholeWords')}
        />
        <Button size="small" color="error" onClick={onRemove} sx={{ ml: 'auto' }}>
          {t('policies.lists.remove', { number })}
        </Button>
      </Box>
    </Box>
  );
}
