package io.millrace.ingress.kafka;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.FileMentions.Mention;
import io.millrace.ingress.StoredFile;
import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.config.MediaConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Looks up the files that a body names, so that the record says where their bytes are. What cannot
 * be attached is refused here, where the client still listens.
 */
public final class FileResolver {

  private final RequestView view;
  private final MediaConfig limits;

  public FileResolver(RequestView view, MediaConfig limits) {
    this.view = view;
    this.limits = limits;
  }

  /** Each file once, or the first thing that is wrong. */
  public CompletableFuture<Checked<List<AttachedFile>>> resolve(
      String account, List<Mention> mentions) {
    var questions = new LinkedHashMap<String, CompletableFuture<Optional<StoredFile>>>();
    for (var mention : mentions) {
      if (questions.size() == limits.countMax() && !questions.containsKey(mention.fileId())) {
        return CompletableFuture.completedFuture(
            Checked.refused(
                new ApiError(
                    ApiError.Kind.INVALID_VALUE,
                    "More than " + limits.countMax() + " files are named.",
                    mention.param())));
      }
      questions.computeIfAbsent(mention.fileId(), id -> view.file(account, id));
    }
    return CompletableFuture.allOf(questions.values().toArray(CompletableFuture[]::new))
        .thenApply(
            answered -> {
              var found = new HashMap<String, StoredFile>();
              questions.forEach(
                  (id, question) -> question.join().ifPresent(file -> found.put(id, file)));
              return attached(mentions, found);
            });
  }

  /**
   * The same where nobody listens any more: a file that is not there is attached under a name that
   * no blob has, so that its worker finds it missing and says so.
   */
  public CompletableFuture<List<AttachedFile>> resolveWhatIsThere(
      String account, List<Mention> mentions) {
    return resolve(account, mentions)
        .thenApply(
            checked ->
                switch (checked) {
                  case Checked.Ok<List<AttachedFile>>(List<AttachedFile> files) -> files;
                  case Checked.Refused<List<AttachedFile>> refused ->
                      mentions.stream()
                          .map(Mention::fileId)
                          .distinct()
                          .map(id -> new AttachedFile(id, "files/" + account + "/missing", "", 0L))
                          .toList();
                });
  }

  private Checked<List<AttachedFile>> attached(
      List<Mention> mentions, Map<String, StoredFile> found) {
    var files = new LinkedHashMap<String, AttachedFile>();
    for (var mention : mentions) {
      var checked = attached(mention, Optional.ofNullable(found.get(mention.fileId())));
      switch (checked) {
        case Checked.Refused<AttachedFile> refused -> {
          return Checked.refused(refused.error());
        }
        case Checked.Ok<AttachedFile>(AttachedFile file) -> files.put(mention.fileId(), file);
      }
    }
    return Checked.ok(new ArrayList<>(files.values()));
  }

  private Checked<AttachedFile> attached(Mention mention, Optional<StoredFile> found) {
    var ref = found.flatMap(StoredFile::blobRef);
    if (found.isEmpty()) {
      return refused(mention, ApiError.fileNotFound(mention.fileId()).message());
    }
    var file = found.get();
    if (ref.isEmpty()) {
      return refused(mention, "The file is the output of a batch and cannot be attached.");
    }
    if (file.bytes() > limits.bytesMax()) {
      return refused(
          mention, "The file is larger than the limit of " + limits.bytesMax() + " bytes.");
    }
    return Checked.ok(new AttachedFile(file.fileId(), ref.get(), file.filename(), file.bytes()));
  }

  private static Checked<AttachedFile> refused(Mention mention, String message) {
    return Checked.refused(new ApiError(ApiError.Kind.INVALID_VALUE, message, mention.param()));
  }
}
