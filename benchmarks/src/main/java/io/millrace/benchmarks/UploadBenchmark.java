package io.millrace.benchmarks;

import io.millrace.testkit.Directories;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;

/** How fast a large file is taken in and is safe, and what it takes of the heap. */
final class UploadBenchmark implements Benchmark {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final int MEBIBYTES = 500;
  private static final int MEBIBYTE = 1 << 20;
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  @Override
  public String name() {
    return "upload";
  }

  @Override
  public String about() {
    return "A file of "
        + MEBIBYTES
        + " MiB uploaded to /v1/files, against a bare Vert.x server that"
        + " writes the same form to a file and forces it to disk";
  }

  @Override
  public Report run(Options options) throws IOException, InterruptedException {
    var report =
        Report.of(this, "round", "files MB/s", "bare MB/s", "heap before", "heap after collection");
    var ours = new ArrayList<Double>();
    var theirs = new ArrayList<Double>();
    var directory = Files.createTempDirectory("millrace-upload");
    var vertx = Vertx.vertx();
    try (var product = Product.start()) {
      var form = form(directory.resolve("form"));
      var bare = bareServer(vertx, directory.resolve("bare"));
      upload(product.process().http().resolve("/v1/files"), form);
      for (int round = 1; round <= options.rounds(3); round++) {
        double before = Heap.afterCollection(product.process());
        ours.add(upload(product.process().http().resolve("/v1/files"), form));
        double after = Heap.afterCollection(product.process());
        theirs.add(upload(URI.create("http://127.0.0.1:" + bare.actualPort()), form));
        report =
            report.row(
                round,
                Figures.whole(ours.getLast()),
                Figures.whole(theirs.getLast()),
                Figures.mebibytes(before),
                Figures.mebibytes(after));
      }
    } finally {
      vertx.close().await();
      Directories.delete(directory);
    }
    return report.note(
        "Medians: %s of %s MB/s; at least 50 MB/s is asked."
            .formatted(Figures.whole(Figures.median(ours)), Figures.whole(Figures.median(theirs))));
  }

  /** Megabytes (10^6) a second. */
  private static double upload(URI url, Path form) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(url)
            .header("Authorization", "Bearer " + Product.KEY)
            .header("Content-Type", "multipart/form-data; boundary=bench")
            .timeout(TIMEOUT)
            .POST(BodyPublishers.ofFile(form));
    long begin = System.nanoTime();
    var answer = HTTP.send(request.build(), BodyHandlers.ofString());
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return Files.size(form) / 1e6 / seconds;
  }

  private static HttpServer bareServer(Vertx vertx, Path file) {
    return vertx
        .createHttpServer()
        .requestHandler(request -> receive(vertx, request, file))
        .listen(0, "127.0.0.1")
        .await();
  }

  private static void receive(Vertx vertx, HttpServerRequest request, Path file) {
    request.pause();
    var options = new OpenOptions().setCreate(true).setTruncateExisting(true);
    vertx
        .fileSystem()
        .open(file.toString(), options)
        .compose(out -> request.pipe().endOnComplete(false).to(out).compose(done -> forced(out)))
        .onComplete(done -> request.response().setStatusCode(done.succeeded() ? 200 : 500).end());
  }

  private static Future<Void> forced(AsyncFile out) {
    return out.flush().compose(done -> out.close());
  }

  private static Path form(Path file) throws IOException {
    try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(
          bytes(
              "--bench\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nuser_data\r\n"
                  + "--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\""
                  + "\r\n\r\n"));
      var block = new byte[MEBIBYTE];
      for (int i = 0; i < block.length; i++) {
        block[i] = (byte) (i * 31 + (i >> 8));
      }
      for (int i = 0; i < MEBIBYTES; i++) {
        out.write(block);
      }
      out.write(bytes("\r\n--bench--\r\n"));
    }
    return file;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
