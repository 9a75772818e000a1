import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { formatScore } from '../../../shared/format';
import { type Entity, needsRisk, ruleFor, withRule } from './model';
import type { Editing } from './useDrafts';
import { useOperatorName } from './useOperatorName';
import { useTypeName } from './useTypeName';

interface Props {
  entity: Entity;
  editing: Editing;
  onOpen: () => void;
}

/** One type: on or off, from which score, and what stands in its place. */
export function EntityRow({ entity, editing, onOpen }: Props) {
  const { t } = useTranslation();
  const typeName = useTypeName();
  const operatorName = useOperatorName();
  const { draft, standard, purpose, edit } = editing;
  const own = draft.entities[entity.type];
  const rule = ruleFor(draft, standard, entity.type);
  const label = typeName(entity);
  const toggle = (enabled: boolean) => {
    const next = { ...own, enabled };
    // Letting a protected type through takes a reason, which the dialog asks for.
    if (needsRisk(next, entity, purpose) && !own?.accept_risk) onOpen();
    else edit(withRule(draft, entity.type, next));
  };
  const facts = [
    rule.threshold === undefined
      ? ''
      : t('policies.entities.from', { score: formatScore(rule.threshold) }),
    rule.enabled ? operatorName(rule.operator?.operator) : t('policies.entities.off'),
  ];
  return (
    <Box component="li" sx={{ display: 'flex', alignItems: 'center', gap: 1, py: 0.75 }}>
      <Switch
        size="small"
        checked={rule.enabled}
        onChange={(_, on) => toggle(on)}
        slotProps={{ input: { 'aria-label': t('policies.entities.hide', { type: label }) } }}
      />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2" component="div" sx={{ fontWeight: 600 }}>
          {label}
          {own && <Chip size="small" label={t('policies.entities.own')} sx={{ ml: 1 }} />}
          {entity.protected && (
            <Chip
              size="small"
              variant="outlined"
              label={t('policies.entities.protected')}
              sx={{ ml: 1 }}
            />
          )}
        </Typography>
        <Typography variant="caption" component="div" sx={{ color: 'text.secondary' }}>
          {entity.checksum
            ? t('policies.entities.checked', {
                text: entity.country ? entity.type : entity.description,
                checksum: entity.checksum,
              })
            : entity.country
              ? entity.type
              : entity.description}
        </Typography>
        <Typography variant="caption" component="div" sx={{ color: 'text.secondary' }}>
          {facts.filter(Boolean).join(' · ')}
        </Typography>
      </Box>
      <Button
        size="small"
        aria-label={t('policies.entities.editNamed', { type: label })}
        onClick={onOpen}
      >
        {t('policies.entities.edit')}
      </Button>
    </Box>
  );
}
