import AddOutlined from '@mui/icons-material/AddOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Skeleton from '@mui/material/Skeleton';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type RecognizerReply,
  usePrivacyListRecognizersQuery,
} from '../../../api/generatedPrivacy';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';
import { formatCount } from '../../../shared/format';
import { useEntityName } from '../../../shared/hooks/useEntityName';
import { DeleteRecognizer } from './DeleteRecognizer';
import { RecognizerDialog } from './RecognizerDialog';
import type { Editing } from './useDrafts';

interface Props {
  editing: Editing;
  onNote: (text: string) => void;
}

/** The company's own recognizers, and which of them run for this purpose. */
export function Recognizers({ editing, onNote }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  const query = usePrivacyListRecognizersQuery();
  const [opened, setOpened] = useState<RecognizerReply | 'new'>();
  const [leaving, setLeaving] = useState<RecognizerReply>();
  const { draft, standard, edit } = editing;
  const chosen = draft.recognizers ?? standard?.recognizers ?? undefined;
  const run = (all: RecognizerReply[], one: string, on: boolean) => {
    const names = all.map((each) => each.name);
    const next = names.filter((each) => (each === one ? on : !chosen || chosen.includes(each)));
    const { recognizers: _, ...rest } = draft;
    const everyone = next.length === names.length && !standard?.recognizers;
    edit(everyone ? rest : { ...draft, recognizers: next });
  };
  return (
    <Section
      title={t('policies.recognizers.title')}
      text={t('policies.recognizers.text')}
      actions={
        <Button
          size="small"
          variant="outlined"
          startIcon={<AddOutlined />}
          onClick={() => setOpened('new')}
        >
          {t('policies.recognizers.add')}
        </Button>
      }
    >
      <QueryState
        query={query}
        skeleton={<Skeleton variant="rounded" height="6rem" />}
        isEmpty={(found) => found.items.length === 0}
        empty={
          <Typography variant="body2" sx={{ color: 'text.secondary' }}>
            {t('policies.recognizers.none')}
          </Typography>
        }
      >
        {(found) => (
          <Box
            component="ul"
            aria-label={t('policies.recognizers.title')}
            sx={{ listStyle: 'none', m: 0, p: 0 }}
          >
            {found.items.map((one) => (
              <Box
                component="li"
                key={one.name}
                sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, py: 0.75 }}
              >
                <Switch
                  size="small"
                  checked={!chosen || chosen.includes(one.name)}
                  onChange={(_, on) => run(found.items, one.name, on)}
                  slotProps={{
                    input: { 'aria-label': t('policies.recognizers.run', { name: one.name }) },
                  }}
                />
                <Box sx={{ flex: '1 1 10rem', minWidth: 0 }}>
                  <Typography variant="body2" component="div" sx={{ fontWeight: 600 }}>
                    {one.name}
                    <Chip
                      size="small"
                      variant="outlined"
                      label={t(`policies.recognizers.kind.${one.kind}`)}
                      sx={{ ml: 1 }}
                    />
                  </Typography>
                  <Typography variant="caption" sx={{ color: 'text.secondary' }}>
                    {`${one.entities.map((type) => name.of(type)).join(', ')} · `}
                    {t(`policies.recognizers.size.${one.kind}`, {
                      count: one.size,
                      n: formatCount(one.size),
                    })}
                    {one.description && ` · ${one.description}`}
                  </Typography>
                </Box>
                <Button
                  size="small"
                  aria-label={t('policies.recognizers.editNamed', { name: one.name })}
                  onClick={() => setOpened(one)}
                >
                  {t('policies.entities.edit')}
                </Button>
                <Button
                  size="small"
                  color="error"
                  aria-label={t('policies.recognizers.removeNamed', { name: one.name })}
                  onClick={() => setLeaving(one)}
                >
                  {t('policies.recognizers.remove')}
                </Button>
              </Box>
            ))}
          </Box>
        )}
      </QueryState>
      {opened && (
        <RecognizerDialog
          name={opened === 'new' ? undefined : opened.name}
          onClose={() => setOpened(undefined)}
          onSaved={(saved) => {
            setOpened(undefined);
            onNote(t('policies.recognizers.saved', { name: saved }));
          }}
        />
      )}
      {leaving && (
        <DeleteRecognizer
          name={leaving.name}
          onClose={() => setLeaving(undefined)}
          onDone={() => {
            setLeaving(undefined);
            onNote(t('policies.recognizers.removed', { name: leaving.name }));
          }}
        />
      )}
    </Section>
  );
}
