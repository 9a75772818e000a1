import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../shared/components/Section';
import { useAddress } from '../../../shared/hooks/useAddress';
import { EntityDialog } from './EntityDialog';
import { EntityRow } from './EntityRow';
import { ANY_TYPE, type Entity, withRule } from './model';
import type { Editing } from './useDrafts';
import { useTypeName } from './useTypeName';

/** The rule for types that have none of their own, told like a type. */
const EVERY_OTHER: Entity = {
  type: ANY_TYPE,
  description: '',
  default_on: true,
  country: null,
  checksum: null,
  protected: false,
  recognizers: [],
};

interface Props {
  editing: Editing;
  entities: Entity[];
}

/** Every type with what holds for it; those with a rule of their own can be shown alone. */
export function EntityList({ editing, entities }: Props) {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const typeName = useTypeName();
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState<Entity>();
  const { draft, edit } = editing;
  const ruled = get('ruled') === 'yes';
  const words = query.trim().toLowerCase();
  const fitting = entities.filter(
    (entity) =>
      (!ruled || draft.entities[entity.type]) &&
      `${typeName(entity)} ${entity.type} ${entity.description}`.toLowerCase().includes(words),
  );
  // Types of single countries are many; they show when one is looked for or has a rule.
  const [everywhere, countries] = [
    fitting.filter(({ country, type }) => !country || draft.entities[type]),
    fitting.filter(({ country, type }) => country && !draft.entities[type]),
  ];
  const all = words !== '' || get('countries') === 'yes';
  const shown = all ? [...everywhere, ...countries] : everywhere;
  return (
    <Section title={t('policies.entities.title')} text={t('policies.entities.text')}>
      <Box role="search" sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, mb: 1.5 }}>
        <TextField
          type="search"
          label={t('policies.entities.find')}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          sx={{ flex: '1 1 12rem' }}
        />
        <FormControlLabel
          control={
            <Switch checked={ruled} onChange={(_, on) => set({ ruled: on ? 'yes' : undefined })} />
          }
          label={t('policies.entities.ruled')}
        />
      </Box>
      <Box
        component="ul"
        aria-label={t('policies.entities.title')}
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          '& > li + li': { borderTop: 1, borderColor: 'divider' },
        }}
      >
        {words === '' && (
          <Box
            component="li"
            sx={{ display: 'flex', alignItems: 'center', gap: 1, py: 1, flexWrap: 'wrap' }}
          >
            <Box sx={{ flex: 1, minWidth: '10rem' }}>
              <Typography variant="body2" sx={{ fontWeight: 600 }}>
                {t('policies.entities.others')}
                {draft.entities[ANY_TYPE] && (
                  <Chip size="small" label={t('policies.entities.own')} sx={{ ml: 1 }} />
                )}
              </Typography>
              <Typography variant="caption" sx={{ color: 'text.secondary' }}>
                {t('policies.entities.othersText')}
              </Typography>
            </Box>
            <Button size="small" onClick={() => setOpened(EVERY_OTHER)}>
              {t('policies.entities.editOthers')}
            </Button>
          </Box>
        )}
        {shown.map((entity) => (
          <EntityRow
            key={entity.type}
            entity={entity}
            editing={editing}
            onOpen={() => setOpened(entity)}
          />
        ))}
      </Box>
      {words === '' && countries.length > 0 && (
        <Button
          size="small"
          onClick={() => set({ countries: all ? undefined : 'yes' })}
          sx={{ mt: 1 }}
        >
          {t(all ? 'policies.entities.fewer' : 'policies.entities.countries', {
            count: countries.length,
          })}
        </Button>
      )}
      {shown.length === 0 && (
        <Typography variant="body2" role="status" sx={{ color: 'text.secondary', py: 2 }}>
          {t('policies.entities.none')}
        </Typography>
      )}
      {opened && (
        <EntityDialog
          entity={opened}
          editing={editing}
          onClose={() => setOpened(undefined)}
          onRule={(rule) => {
            edit(withRule(draft, opened.type, rule));
            setOpened(undefined);
          }}
        />
      )}
    </Section>
  );
}
