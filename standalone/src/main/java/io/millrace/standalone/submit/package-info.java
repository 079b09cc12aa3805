/**
 * A file of batch lines in, a file of results out. One thread submits, one collects; what both have
 * done is written down in one place, {@link io.millrace.standalone.submit.RunFiles}, so that a run
 * can be stopped at any moment and taken up again.
 */
@NullMarked
package io.millrace.standalone.submit;

import org.jspecify.annotations.NullMarked;
