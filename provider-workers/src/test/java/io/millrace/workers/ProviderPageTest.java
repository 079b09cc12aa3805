package io.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The table of {@code docs/providers.md} says what the adapters declare. Run with {@code
 * -Dmillrace.docs.write=true} it prints the table anew instead of complaining.
 */
class ProviderPageTest {

  private static final Path PAGE = Path.of("..", "docs", "providers.md");
  private static final String BEGIN = "<!-- printed from the adapters' capabilities: begin -->\n";
  private static final String END = "<!-- printed from the adapters' capabilities: end -->\n";
  private static final String WRITE = "millrace.docs.write";

  /** Stands in for the others and can do what they can. */
  private static final String SIMULATOR = "simulator";

  @Test
  void shouldPrintWhatAdaptersDeclare() throws IOException {
    // Given
    var page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    var kinds =
        ProviderAdapters.installed().kinds().stream()
            .filter(kind -> !kind.name().equals(SIMULATOR))
            .toList();
    // When
    var table = table(kinds);
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
      return;
    }
    // Then
    assertThat(page.substring(begin, end))
        .as(
            "the table of docs/providers.md is not what the adapters declare; run this test with"
                + " -D%s=true to print it anew",
            WRITE)
        .isEqualTo(table);
  }

  @Test
  void shouldNameEveryKindInTheNotes() throws IOException {
    // Given
    var page = Files.readString(PAGE);
    var notes = page.substring(page.indexOf(END));
    // When
    var unnamed =
        ProviderAdapters.installed().kinds().stream()
            .map(ProviderKind::name)
            .filter(kind -> !notes.contains("`" + kind + "`"))
            .toList();
    // Then
    assertThat(unnamed).as("kinds that docs/providers.md says nothing of").isEmpty();
  }

  private static String table(List<ProviderKind> kinds) {
    var table = new StringBuilder();
    table.append(row("", kinds.stream().map(kind -> "`" + kind.name() + "`").toList()));
    table.append(row("---", kinds.stream().map(kind -> ":-:").toList()));
    for (var feature : Feature.values()) {
      table.append(
          row(
              feature.title(),
              kinds.stream().map(kind -> sign(kind.capabilities().of(feature))).toList()));
    }
    return table.toString();
  }

  private static String row(String first, List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| " + first + " | ", " |\n"));
  }

  private static String sign(Support support) {
    return switch (support) {
      case YES -> "●";
      case BY_MODEL -> "◐";
      case EMULATED -> "○";
      case NO -> "–";
    };
  }
}
