package io.millrace.benchmarks;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a benchmark found: a table, and what to know when reading it.
 *
 * @param rows each as long as the header
 */
record Report(
    String name, String about, List<String> header, List<List<String>> rows, List<String> notes) {

  Report {
    header = List.copyOf(header);
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  static Report of(Benchmark benchmark, String... header) {
    return new Report(benchmark.name(), benchmark.about(), List.of(header), List.of(), List.of());
  }

  Report row(Object... cells) {
    var more = new ArrayList<>(rows);
    more.add(java.util.Arrays.stream(cells).map(String::valueOf).toList());
    return new Report(name, about, header, more, notes);
  }

  Report note(String note) {
    var more = new ArrayList<>(notes);
    more.add(note);
    return new Report(name, about, header, rows, more);
  }

  /** As a section of a Markdown page, for eyes that read it raw as well. */
  String text() {
    var widths =
        IntStream.range(0, header.size())
            .mapToObj(
                column ->
                    Math.max(
                        header.get(column).length(),
                        rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)))
            .toList();
    var lines = new ArrayList<String>();
    lines.add("## " + name);
    lines.add("");
    lines.add("%s. %s; %s.".formatted(about, Machine.here(), LocalDate.now(ZoneOffset.UTC)));
    lines.add("");
    lines.add(line(header, widths));
    lines.add(widths.stream().map("-"::repeat).collect(Collectors.joining("-|-", "|-", "-|")));
    rows.forEach(row -> lines.add(line(row, widths)));
    notes.forEach(note -> lines.addAll(List.of("", note)));
    return String.join("\n", lines) + "\n";
  }

  private static String line(List<String> cells, List<Integer> widths) {
    return IntStream.range(0, cells.size())
        .mapToObj(i -> cells.get(i) + " ".repeat(widths.get(i) - cells.get(i).length()))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }
}
