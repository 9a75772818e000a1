import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { useTranslation } from 'react-i18next';
import type { Allow } from '../../../api/generatedPrivacy';
import { Section } from '../../../shared/components/Section';
import { DenyGroup } from './DenyGroup';
import { LinesField } from './LinesField';
import type { Policy } from './model';
import type { Editing } from './useDrafts';

const OPEN: Allow = { values: [], patterns: [], ignore_case: true, whole: true };

function without(policy: Policy, list: 'allow' | 'deny'): Policy {
  const { [list]: _, ...others } = policy;
  return others;
}

interface OwnProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function OwnSwitch({ label, on, onChange }: OwnProps) {
  return (
    <FormControlLabel
      control={<Switch checked={on} onChange={(_, checked) => onChange(checked)} />}
      label={label}
    />
  );
}

/** What is never personal, and what always is. */
export function ListsEditor({ editing }: { editing: Editing }) {
  const { t } = useTranslation();
  const { draft, standard, edit } = editing;
  const allow = draft.allow ?? undefined;
  const deny = draft.deny ?? undefined;
  const setAllow = (changed: Partial<Allow>) =>
    edit({ ...draft, allow: { ...OPEN, ...allow, ...changed } });
  const switchLabel = t(standard ? 'policies.lists.ownInstead' : 'policies.lists.own');
  return (
    <>
      <Section
        title={t('policies.lists.allow')}
        text={t('policies.lists.allowText')}
        actions={
          <OwnSwitch
            label={switchLabel}
            on={allow !== undefined}
            onChange={(on) => edit(on ? { ...draft, allow: OPEN } : without(draft, 'allow'))}
          />
        }
      >
        {allow && (
          <Box sx={{ display: 'grid', gap: 2 }}>
            <LinesField
              label={t('policies.lists.values')}
              hint={t('policies.lists.lines')}
              lines={allow.values ?? []}
              onChange={(values) => setAllow({ values })}
            />
            <LinesField
              label={t('policies.lists.patterns')}
              hint={t('policies.lists.patternsHint')}
              lines={allow.patterns ?? []}
              onChange={(patterns) => setAllow({ patterns })}
            />
            <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3 }}>
              <OwnSwitch
                label={t('policies.lists.ignoreCase')}
                on={allow.ignore_case ?? true}
                onChange={(ignore_case) => setAllow({ ignore_case })}
              />
              <OwnSwitch
                label={t('policies.lists.whole')}
                on={allow.whole ?? true}
                onChange={(whole) => setAllow({ whole })}
              />
            </Box>
          </Box>
        )}
      </Section>
      <Section
        title={t('policies.lists.deny')}
        text={t('policies.lists.denyText')}
        actions={
          <OwnSwitch
            label={switchLabel}
            on={deny !== undefined}
            onChange={(on) => edit(on ? { ...draft, deny: [] } : without(draft, 'deny'))}
          />
        }
      >
        {deny && (
          <Box sx={{ display: 'grid', gap: 2 }}>
            {deny.map((group, i) => (
              <DenyGroup
                // biome-ignore lint/suspicious/noArrayIndexKey: groups have no id but their place
                key={i}
                number={i + 1}
                group={group}
                onChange={(changed) =>
                  edit({ ...draft, deny: deny.map((each, at) => (at === i ? changed : each)) })
                }
                onRemove={() => edit({ ...draft, deny: deny.filter((_, at) => at !== i) })}
              />
            ))}
            <Box>
              <Button
                variant="outlined"
                size="small"
                onClick={() =>
                  edit({
                    ...draft,
                    deny: [
                      ...deny,
                      { entity: '', words: [], whole_words: true, ignore_case: true },
                    ],
                  })
                }
              >
                {t('policies.lists.addDeny')}
              </Button>
            </Box>
          </Box>
        )}
      </Section>
    </>
  );
}
