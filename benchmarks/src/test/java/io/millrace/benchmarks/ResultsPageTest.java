package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsPageTest {

  @TempDir Path directory;

  @Test
  void shouldReplaceOnlyItsSectionWhenRunAgain() throws IOException {
    // Given
    var file = directory.resolve("benchmarks.md");
    var page = ResultsPage.of(file);
    page.put(report("accept", "1"));
    page.put(report("waiting", "2"));
    // When
    page.put(report("accept", "3"));
    // Then
    var text = Files.readString(file);
    assertThat(text).startsWith("# Benchmarks").containsOnlyOnce("## accept").contains("| 3 ");
    assertThat(text).containsOnlyOnce("## waiting").contains("| 2 ").doesNotContain("| 1 ");
  }

  private static Report report(String name, String figure) {
    return new Report(name, "About", List.of("figure"), List.of(List.of(figure)), List.of());
  }
}
