/** Price files of others, read into the form of the configuration. Pure but for the files. */
@NullMarked
package io.millrace.standalone.prices;

import org.jspecify.annotations.NullMarked;
