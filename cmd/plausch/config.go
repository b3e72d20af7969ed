package main

import (
	"github.com/spf13/cobra"

	"plausch/internal/config"
	"plausch/internal/connect"
)

func newConfigCommand() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the settings of a server",
		Long: "Prints the settings that plausch serve would use with the same flags, as a settings\n" +
			"file: each with what it means, its default, and where its value came from.\n\n" +
			"To begin a settings file of your own:\n\n" +
			"  plausch config > plausch.toml\n" +
			"  plausch serve --config plausch.toml",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if markdown {
				return config.WriteMarkdown(cmd.OutOrStdout())
			}
			cfg, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			return cfg.Print(cmd.OutOrStdout())
		},
	}
	addSettings(cmd)
	cmd.Flags().BoolVar(&markdown, "markdown", false, "Print the table of all settings for the documentation instead")
	return cmd
}

// settingFlag is the annotation of a flag that is a setting of a server, with its key.
const settingFlag = "setting"

// addSettings gives cmd the flags of the settings with the given keys, of all
// settings if none is given.
func addSettings(cmd *cobra.Command, keys ...string) {
	flags := cmd.Flags()
	flags.SortFlags = false // the order of the table is that of importance
	config.Flags(flags, keys...)
	for _, s := range config.Settings() {
		if flags.Lookup(s.Flag) != nil {
			must(flags.SetAnnotation(s.Flag, settingFlag, []string{s.Key}))
		}
		if s.Choices != nil && flags.Lookup(s.Flag) != nil {
			must(cmd.RegisterFlagCompletionFunc(s.Flag, cobra.FixedCompletions(s.Choices, cobra.ShellCompDirectiveNoFileComp)))
		}
	}
	must(flags.SetAnnotation(config.ConfigFlag, settingFlag, []string{config.ConfigFlag}))
	must(cmd.MarkFlagDirname("data"))
	must(cmd.MarkFlagFilename(config.ConfigFlag, "toml"))
}

// loadSettings returns the settings in force. Wrong ones are a usage error, so
// that a service manager can tell them from a failure that may pass.
func loadSettings(cmd *cobra.Command) (*config.Config, error) {
	cfg, err := config.Load(cmd.Flags(), nil)
	if err != nil {
		return nil, &connect.Error{Exit: connect.ExitUsage, Err: err}
	}
	return cfg, nil
}

// must panics on errors of the program itself, such as a misspelt flag name.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
