package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The page of results: a section for each benchmark, replaced when it is run again. */
record ResultsPage(Path file) {

  private static final String TITLE =
      """
      # Benchmarks

      Made by `./millrace bench NAME`, which replaces the section of that name. Broker, services and
      load share the machine; differences below a tenth are noise.
      """;

  static ResultsPage of(Path file) {
    return new ResultsPage(file);
  }

  void put(Report report) throws IOException {
    var text = Files.exists(file) ? Files.readString(file) : TITLE;
    var sections = new ArrayList<>(List.of(text.split("(?m)^(?=## )")));
    var heading = "## " + report.name() + "\n";
    int at = -1;
    for (int i = 0; i < sections.size(); i++) {
      if (sections.get(i).startsWith(heading)) {
        at = i;
      }
    }
    if (at < 0) {
      sections.add(report.text());
    } else {
      sections.set(at, report.text());
    }
    var joined = new ArrayList<String>();
    sections.forEach(section -> joined.add(section.strip()));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, String.join("\n\n", joined) + "\n");
  }
}
