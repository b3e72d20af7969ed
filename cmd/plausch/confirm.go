package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"plausch/internal/connect"
)

// maxAnswer bounds what is read as an answer to a question, in bytes.
const maxAnswer = 1 << 10

// addYes adds the flag by which a script answers the question of [confirm].
func addYes(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("yes", false, "Do not ask; scripts need it")
}

// confirm asks on the terminal whether something is to be ended, unless yes was
// given before. Without a terminal, or for any answer but y or yes, it returns an
// error. Nothing should be open meanwhile: the answer may take hours.
func confirm(cmd *cobra.Command, yes bool, question string) error {
	if yes {
		return nil
	}
	file, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return connect.Usagef("%s If you are sure, add --yes", question)
	}
	if !askYes(file, cmd.ErrOrStderr(), question) {
		return errors.New("nothing was changed")
	}
	return nil
}

func askYes(answers io.Reader, prompts io.Writer, question string) bool {
	fmt.Fprintf(prompts, "%s [y/N] ", question)
	line, err := bufio.NewReader(io.LimitReader(answers, maxAnswer)).ReadString('\n')
	if err != nil {
		fmt.Fprintln(prompts) // the input has ended, and with it no line
		return false
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true
	}
	return false
}
