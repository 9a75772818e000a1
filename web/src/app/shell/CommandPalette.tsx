import SearchOutlined from '@mui/icons-material/SearchOutlined';
import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import InputBase from '@mui/material/InputBase';
import Typography from '@mui/material/Typography';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Kbd } from '../../shared/components/Kbd';
import { type Command, useCommands } from './useCommands';

const LIST_ID = 'palette-list';
const optionId = (command: Command) => `palette-${command.id}`;

/** A combobox over pages and actions: type, arrow, enter. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const [index, setIndex] = useState(0);
  const commands = useCommands(query);
  const active = commands[Math.min(index, commands.length - 1)];
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      setIndex((old) => (old + step + commands.length) % commands.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(active);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth="sm"
      slotProps={{
        paper: { 'aria-label': t('palette.label'), sx: { alignSelf: 'flex-start', mt: '12vh' } },
      }}
    >
      <InputBase
        autoFocus
        fullWidth
        value={query}
        placeholder={t('palette.placeholder')}
        onChange={(event) => {
          setQuery(event.target.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
        startAdornment={
          <SearchOutlined fontSize="small" sx={{ mr: 1.5, color: 'text.secondary' }} />
        }
        slotProps={{
          input: {
            role: 'combobox',
            'aria-label': t('palette.placeholder'),
            'aria-expanded': true,
            'aria-controls': LIST_ID,
            'aria-activedescendant': active ? optionId(active) : undefined,
            'aria-autocomplete': 'list',
          },
        }}
        sx={{ px: 2.5, py: 1.5, borderBottom: 1, borderColor: 'divider' }}
      />
      <Box
        component="ul"
        role="listbox"
        id={LIST_ID}
        aria-label={t('palette.results')}
        sx={{ listStyle: 'none', m: 0, p: 1, maxHeight: '22rem', overflowY: 'auto' }}
      >
        {commands.map((command) => (
          <Box
            component="li"
            key={command.id}
            id={optionId(command)}
            role="option"
            aria-selected={command === active}
            onClick={() => run(command)}
            sx={{
              display: 'flex',
              alignItems: 'center',
              gap: 1,
              px: 1.5,
              py: 1.125,
              borderRadius: 1,
              cursor: 'pointer',
              bgcolor: command === active ? 'marks.entity' : 'transparent',
              color: command === active ? 'marks.entityText' : 'text.primary',
              '&:hover': { bgcolor: command === active ? 'marks.entity' : 'action.hover' },
            }}
          >
            <Typography variant="body2" sx={{ flex: 1 }}>
              {command.label}
            </Typography>
            {command.keys?.map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}
            <Typography variant="caption" sx={{ width: '4rem', textAlign: 'end' }}>
              {command.kind}
            </Typography>
          </Box>
        ))}
      </Box>
      {commands.length === 0 && (
        <Typography
          role="status"
          variant="body2"
          sx={{ px: 2.5, pb: 2.5, color: 'text.secondary' }}
        >
          {t('palette.none', { query })}
        </Typography>
      )}
    </Dialog>
  );
}
