"""The same two fixes as makers of collars and people's programs write them.

Values are invented; columns and forms follow what each of them exports.
"""

from __future__ import annotations

from dataclasses import dataclass

# 10 January 2018, 16:00 and 20:00 UTC (a date that tells day from month is row 2), 110.5 W 43.25 N.
TIMES = ("2018-01-13T16:00", "2018-01-14T20:00")
LON, LAT = (-110.5, -110.25), (43.25, 43.5)


@dataclass(frozen=True)
class Collar:
    """A file of a vendor, and what it leaves for a person to state.

    Parameters
    ----------
    vendor
        As presets call it; "" where no preset knows it.
    content
        Text of the file.
    to_state
        Keys beside the species that nothing in the file tells.
    encoding
        Of the file.
    name
        Of the file.
    """

    vendor: str
    content: str
    to_state: tuple[str, ...] = ()
    encoding: str = "utf-8"
    name: str = "tracks.csv"


COLLARS = {
    "vectronic": Collar(
        "Vectronic",
        "No,CollarID,UTC_Date,UTC_Time,LMT_Date,LMT_Time,Latitude [°],Longitude [°],DOP,FixType\n"
        "1,7001,13.01.2018,16:00:00,13.01.2018,09:00:00,43.25,-110.5,2.0,val. GPS-3D\n"
        "2,7001,14.01.2018,20:00:00,14.01.2018,13:00:00,43.5,-110.25,2.4,GPS-3D\n",
        encoding="latin-1",
    ),
    "vectronic, american": Collar(
        "Vectronic",
        "No;CollarID;UTC_Date;UTC_Time;Origin;Latitude;Longitude;DOP;FixType\n"
        "1;7001;1/13/2018;4:00:00 PM;GPS;43.25;-110.5;2.0;3D\n"
        "2;7001;1/14/2018;8:00:00 PM;GPS;43.5;-110.25;2.4;3D\n",
    ),
    "vectronic, database": Collar(
        "Vectronic",
        "idPosition,idCollar,acquisitionTime,scts,latitude,longitude,height,dop,idFixType\n"
        "1,7001,2018-01-13T16:00:00,2018-01-13T18:00:00,43.25,-110.5,1900,2.0,13\n"
        "2,7001,2018-01-14T20:00:00,2018-01-14T22:00:00,43.5,-110.25,1900,2.4,13\n",
    ),
    "lotek": Collar(
        "Lotek",
        "Device ID,Date & Time [GMT],Date & Time [Local],Latitude,Longitude,Fix Status,DOP\n"
        "7001,01/13/2018 16:00:00,01/13/2018 09:00:00,43.25,-110.5,3D Fix,2.0\n"
        "7001,01/14/2018 20:00:00,01/14/2018 13:00:00,43.5,-110.25,3D-V Fix,2.4\n",
    ),
    "lotek, web service": Collar(
        "Lotek",
        "DeviceID,RecDateTime,Latitude,Longitude,Altitude,PDOP,FixStatus\n"
        "7001,2018-01-13T16:00:00,43.25,-110.5,1900,2.0,3\n"
        "7001,2018-01-14T20:00:00,43.5,-110.25,1900,2.4,3\n",
    ),
    "lotek, local time": Collar(
        "Lotek",
        "Device ID,Local Time,Latitude,Longitude,Fix Status,DOP\n"
        "7001,2018-01-13 16:00:00,43.25,-110.5,3D Fix,2.0\n"
        "7001,2018-01-14 20:00:00,43.5,-110.25,3D Fix,2.4\n",
        ("time_zone",),
    ),
    "telonics": Collar(
        "Telonics",
        "Telonics Data Report\n\nReport Version,2.0\nCTN,700001A\nIdentifier,Ewe 7\n"
        'Sampling,"GPS, 4 h"\n\n'
        "Acquisition Time,GPS Fix Time,GPS Fix Attempt,GPS Latitude,GPS Longitude,"
        "GPS Horizontal Error,GPS Horizontal Dilution\n"
        "2018.01.13 16:02:00,2018.01.13 16:00:00,Resolved QFP,43.25,-110.5,5.0,1.1\n"
        "2018.01.14 20:02:00,2018.01.14 20:00:00,Succeeded (3D),43.5,-110.25,5.0,1.2\n",
        ("time_zone",),
    ),
    "followit": Collar(
        "Followit",
        "Collar ID;Date;Time;TTF;Latitude;Longitude;SATs;2D/3D;H DOP\n"
        "7001;2018-01-13;16:00:00;30;43.25;-110.5;6;3D;1.1\n"
        "7001;2018-01-14;20:00:00;30;43.5;-110.25;7;3D;1.2\n",
        ("time_zone",),
    ),
    "followit, gmt": Collar(
        "Followit",
        "Serial;GMT Date;GMT Time;TTF;Lat;Long;2D/3D;HDOP\n"
        "7001;13/01/2018;16:00;30;43.25;-110.5;3D;1.1\n"
        "7001;14/01/2018;20:00;30;43.5;-110.25;3D;1.2\n",
    ),
    "ats": Collar(
        "ATS",
        "CollarSerialNumber,Year,JulianDay,Hour,Minute,Activity,Latitude,Longitude,HDOP,2D/3D\n"
        "7001,18,13,16,0,4,43.25,-110.5,1.1,3D\n"
        "7001,18,14,20,0,4,43.5,-110.25,1.2,3D\n",
        ("time_zone",),
    ),
    "ats, gmt": Collar(
        "ATS",
        "SerialNumber,Date_GMT,Time_GMT,Latitude,Longitude,HDOP,2D/3D\n"
        "7001,01/13/2018,16:00:00,43.25,-110.5,1.1,3D\n"
        "7001,01/14/2018,20:00:00,43.5,-110.25,1.2,3D\n",
    ),
    "e-obs": Collar(
        "e-obs",
        "key-bin-checksum,tag-serial-number,start-timestamp,longitude,latitude,type-of-fix,"
        "timestamp-of-fix\n"
        "1,7001,2018-01-13 15:59:00,-110.5,43.25,3,2018-01-13 16:00:00.000\n"
        "2,7001,2018-01-14 19:59:00,-110.25,43.5,3,2018-01-14 20:00:00.000\n",
    ),
    "movebank": Collar(
        "Movebank",
        "event-id,visible,timestamp,location-long,location-lat,sensor-type,"
        "individual-taxon-canonical-name,tag-local-identifier,individual-local-identifier\n"
        "1,true,2018-01-13 16:00:00.000,-110.5,43.25,gps,Ovis ammon,T1,7001\n"
        "2,true,2018-01-14 20:00:00.000,-110.25,43.5,gps,Ovis ammon,T1,7001\n",
    ),
    "movebank, from R": Collar(
        "Movebank",
        "timestamp,location_long,location_lat,sensor_type_id,individual_local_identifier\n"
        "2018-01-13 16:00:00,-110.5,43.25,653,7001\n2018-01-14 20:00:00,-110.25,43.5,653,7001\n",
    ),
    "earthranger": Collar(
        "EarthRanger",
        "subject_id,subject_name,recorded_at,longitude,latitude\n"
        "ab-1,7001,2018-01-13T16:00:00+00:00,-110.5,43.25\n"
        "ab-1,7001,2018-01-14T23:00:00+03:00,-110.25,43.5\n",
    ),
    "earthranger, ecoscope": Collar(
        "EarthRanger",
        "extra__subject__name,fixtime,location__longitude,location__latitude\n"
        "7001,2018-01-13 16:00:00+00:00,-110.5,43.25\n"
        "7001,2018-01-14 20:00:00+00:00,-110.25,43.5\n",
    ),
    "eurodeer": Collar(
        "EURODEER",
        "gps_data_animals_id,animals_id,acquisition_time,longitude,latitude,gps_validity_code,dop\n"
        "1,7001,2018-01-13 16:00:00+00,-110.5,43.25,1,2.0\n"
        "2,7001,2018-01-14 20:00:00+00,-110.25,43.5,1,2.4\n",
    ),
    "a spreadsheet of one's own": Collar(
        "",
        "Name;Date;Time;Lat;Lon\n7001;13.01.2018;16:00;43,25;-110,5\n7001;14.01.2018;20:00;43,5;-110,25\n",
        ("time_zone",),
    ),
    "day and month that could be exchanged": Collar(
        "",
        "id,timestamp,lon,lat\n7001,01/02/2018 16:00,-110.5,43.25\n"
        "7001,01/03/2018 20:00,-110.25,43.5\n",
        ("time_zone", "time_format"),
    ),
    "r data frame": Collar(
        "",
        '"","id","t","x","y"\n"1","7001",2018-01-13 16:00:00,-110.5,43.25\n'
        '"2","7001",2018-01-14 20:00:00,-110.25,43.5\n',
        ("time_zone",),
    ),
}
