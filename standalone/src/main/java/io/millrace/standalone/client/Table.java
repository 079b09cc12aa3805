package io.millrace.standalone.client;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text under headings, each column as wide as it must be. */
public final class Table {

  private static final String RIGHT = ">";

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param headings of the columns; one that begins with {@code >} is a column of numbers
   */
  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  public void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** All of it, or the words for nothing. */
  public String text(String nothing) {
    if (rows.isEmpty()) {
      return nothing + System.lineSeparator();
    }
    var all = new ArrayList<List<String>>();
    all.add(headings.stream().map(h -> h.startsWith(RIGHT) ? h.substring(1) : h).toList());
    all.addAll(rows);
    var widths =
        IntStream.range(0, headings.size())
            .map(column -> all.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return all.stream()
        .map(row -> line(row, widths) + System.lineSeparator())
        .collect(Collectors.joining());
  }

  private String line(List<String> row, int[] widths) {
    return IntStream.range(0, row.size())
        .mapToObj(column -> padded(row.get(column), widths[column], headings.get(column)))
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }

  private static String padded(String cell, int width, String heading) {
    var space = " ".repeat(width - cell.length());
    return heading.startsWith(RIGHT) ? space + cell : cell + space;
  }
}
