package markdown_test

import (
	"strings"
	"testing"

	"plausch/markdown"
)

var texts = map[string]string{
	"short":  "Shall we meet at 8? I'd bring the_new_game.",
	"marked": "> Who brings *what*?\n- **bread**, see [the list](https://example.org/a_b)\n- `code` for @anna\n\n||a surprise|| :)",
	"code":   "Look:\n```go\n" + strings.Repeat("if a*b > c[i] { return `x` }\n", 100) + "```",
	"16 KiB": strings.Repeat("*a **b** [c](https://x.org) `d` _e_ ||f||\n", 16<<10/43),
}

func BenchmarkParse(b *testing.B) {
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				markdown.Parse(text)
			}
		})
	}
}

func BenchmarkPlain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		markdown.Plain(texts["marked"])
	}
}
