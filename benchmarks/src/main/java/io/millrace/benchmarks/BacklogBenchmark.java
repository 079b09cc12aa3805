package io.millrace.benchmarks;

import io.millrace.testkit.MillraceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** What it costs that many requests wait. */
final class BacklogBenchmark implements Benchmark {

  private final HttpClient http = HttpClient.newHttpClient();

  @Override
  public String name() {
    return "backlog";
  }

  @Override
  public String about() {
    return "Requests waiting (1 KiB, Millrace-Not-Before): heap after a collection, and a restart"
        + " after kill -9 until a new waiting call is answered";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    int requests = options.requests(100_000);
    var report =
        Report.of(
            this,
            "waiting",
            "heap before GC",
            "heap after GC",
            "accepted/s",
            "restart to ready",
            "to first answer");
    try (var product = Product.start()) {
      answerOne(product.process());
      int waiting = 0;
      for (int wanted : new int[] {0, requests / 10, requests / 2, requests}) {
        long begin = System.nanoTime();
        int added = wanted - waiting;
        Bulk.submit(product.process(), waiting, wanted, "Millrace-Not-Before", "PT20H");
        waiting = wanted;
        double seconds = (System.nanoTime() - begin) / 1e9;
        // A waiting call goes behind them all: when it is back, they are where they wait.
        answerOne(product.process());
        report = report.row(heapAnd(product, wanted, added == 0 ? 0 : added / seconds));
      }
    }
    return report.note("Heap flat and restart within 10 s with 100,000 is the goal; -Xmx1g.");
  }

  private Object[] heapAnd(Product product, int waiting, double perSecond)
      throws IOException, InterruptedException {
    double before = Heap.used(product.process());
    double after = Heap.afterCollection(product.process());
    long killed = System.nanoTime();
    product.crashAndStart();
    var ready = Duration.ofNanos(System.nanoTime() - killed);
    answerOne(product.process());
    var answered = Duration.ofNanos(System.nanoTime() - killed);
    return new Object[] {
      Figures.whole(waiting),
      Figures.mebibytes(before),
      Figures.mebibytes(after),
      perSecond == 0 ? "-" : Figures.whole(perSecond),
      Figures.seconds(ready),
      Figures.seconds(answered)
    };
  }

  private void answerOne(MillraceProcess process) throws IOException, InterruptedException {
    var target = Target.waiting(process.http(), Product.KEY);
    var response =
        http.send(
            post(target.url(), target.body()).header("Content-Type", "application/json").build(),
            BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException("not answered: " + response.statusCode());
    }
  }

  private static HttpRequest.Builder post(URI url, String body) {
    return HttpRequest.newBuilder(url)
        .header("Authorization", "Bearer " + Product.KEY)
        .timeout(Duration.ofMinutes(5))
        .POST(BodyPublishers.ofString(body));
  }
}
